"""Who is responsible for a case: decides from facts it is handed, and says why each other person was passed over. Pure.

It knows no store and no case, only loads, capacities and wishes. In order:

1. The customer's account manager, if on duty with room. Their being named stands above team and skills.
2. Otherwise the eligible: on duty, in the team, with all that is required, load below capacity. Among them the customer's last
   owner, if lightly loaded (below three quarters of their capacity).
3. Else the strategy: who weighs least; among equals whoever was longest without a new case; then the name.
   Preferred languages and skills widen with time. While the case has waited less than PREFERENCES_LEAD_FOR, whoever lacks
   fewest of them comes first, however loaded; after that the strategy's weight comes first and preferences decide between
   equals. They never keep a case waiting: where nobody eligible matches, it goes to whoever comes nearest, at once.
   (By turns all weigh the same, so under `round_robin` the better match stays first.)
4. Nobody eligible: the first of the duty list who is present holds it, in line to be handed on. Nobody present: the first of
   the duty list, silently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import lcm
from typing import NamedTuple

PREFERENCES_LEAD_FOR = timedelta(minutes=15)


class Candidate(NamedTuple):
    """What is known of a person at this moment; cheap to make. `load` counts the owned cases that wait on us.

    `duty_rank` is their place in the duty list, kept for whoever reads the decision; the list itself is what counts.
    """

    agent: str
    on_duty: bool
    in_team: bool
    load: int
    capacity: int
    last_assigned_at: datetime | None = None
    languages: frozenset[str] = frozenset()
    skills: frozenset[str] = frozenset()
    duty_rank: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a case asks for. `waited` is how long the customer has been waiting by now.

    `passed_by` have said in this turn that it is not theirs, or let the time to accept it lapse: it goes to them only where
    nobody else is. `restricted`: its customer is one person's, so that nobody gets it by comparison.
    """

    required_skills: frozenset[str] = frozenset()
    required_languages: frozenset[str] = frozenset()
    preferred_languages: frozenset[str] = frozenset()
    preferred_skills: frozenset[str] = frozenset()
    last_owner: str | None = None
    account_manager: str | None = None
    waited: timedelta = timedelta(0)
    passed_by: frozenset[str] = frozenset()
    restricted: bool = False


class Considered(NamedTuple):
    """One person's part in a decision.

    `verdict` is `chosen`, why they could not (`declined`, `restricted`, `off_duty`, `not_in_team`, `lacks_skill`,
    `lacks_language`, `full`), what put somebody else before them (`matches_less`, `busier`, `assigned_later`, `by_name`), or
    `eligible` where the person chosen was not chosen by comparison.
    """

    agent: str
    verdict: str
    load: int
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The answer. `reason` is `account_manager`, `last_owner`, the strategy's name, `duty_present` or `duty_silent`.

    `in_line`: nobody could take it, so it is to be handed on as soon as somebody can. `silent`: and nobody is there to be told.
    `considered` has every candidate: the chosen, then the eligible from best to worst, then the others by name.
    """

    agent: str
    reason: str
    in_line: bool = False
    silent: bool = False
    considered: tuple[Considered, ...] = ()


Weigh = Callable[[Candidate, int], int]
"""What somebody weighs, exactly, in parts of a number that every capacity divides."""

# By the name that `strategy` in [teams.X] gives; the lightest comes first. Only people with room are weighed.
STRATEGIES: dict[str, Weigh] = {
    "balanced": lambda candidate, whole: candidate.load * (whole // candidate.capacity),
    "round_robin": lambda _, __: 0,
    "longest_idle": lambda candidate, _: candidate.load,  # whoever has no case at all, first
}

Rank = tuple[int, int, int, bool, datetime, str]
"""How somebody compares, lowest first: what they lack while preferences lead, weight, what they lack, whether they were ever
given a case, when last, name."""
_PUT_OFF = ("matches_less", "busier", "matches_less", "assigned_later", "assigned_later")


def choose_agent(
    candidates: Sequence[Candidate], need: Need, *, strategy: str, duty: Sequence[str], now: datetime
) -> Choice:
    """Exactly one person for the case, always: one of the candidates, or of the duty list if nobody can take it.

    Raises ValueError for a strategy that does not exist and for an empty duty list, which the config refuses.
    """
    if not duty:
        raise ValueError("the duty list is empty: nobody would answer for what nobody can take")
    weigh = _strategy(strategy)
    hindered: dict[str, str] = {}
    able: list[Candidate] = []
    for candidate in candidates:
        hindrance = _hindrance(candidate, need)
        if hindrance is None:
            able.append(candidate)
        else:
            hindered[candidate.agent] = hindrance
    whole = lcm(*{candidate.capacity for candidate in able})
    ranks = sorted([_rank(candidate, need, weigh(candidate, whole), now) for candidate in able])

    by_name = {candidate.agent: candidate for candidate in candidates}
    choice = _named_choice(by_name, hindered, need) or _best(ranks, strategy) or _duty_choice(by_name, need, duty)
    return replace(choice, considered=_considered(by_name, choice, ranks, hindered, compared=choice.reason == strategy))


def _strategy(name: str) -> Weigh:
    if name not in STRATEGIES:
        raise ValueError(f'expected a strategy of {", ".join(sorted(STRATEGIES))}, got "{name}"')
    return STRATEGIES[name]


def _hindrance(candidate: Candidate, need: Need) -> str | None:
    """The first reason why they cannot take it, or None."""
    if candidate.agent in need.passed_by:
        return "declined"
    if need.restricted:
        return "restricted"
    if not candidate.on_duty:
        return "off_duty"
    if not candidate.in_team:
        return "not_in_team"
    if not need.required_skills <= candidate.skills:
        return "lacks_skill"
    if not need.required_languages <= candidate.languages:
        return "lacks_language"
    return "full" if candidate.load >= candidate.capacity else None


def _rank(candidate: Candidate, need: Need, weight: int, now: datetime) -> Rank:
    lacking = lacking_of(candidate.languages, candidate.skills, need)
    lead = lacking if need.waited < PREFERENCES_LEAD_FOR else 0
    last = candidate.last_assigned_at
    return lead, weight, lacking, last is not None, last or now, candidate.agent


def lacking_of(languages: frozenset[str], skills: frozenset[str], need: Need) -> int:
    """How far somebody is from what is preferred: to be understood comes first."""
    if need.preferred_languages <= languages and need.preferred_skills <= skills:
        return 0
    lacking_languages = len(need.preferred_languages - languages)
    return lacking_languages * (len(need.preferred_skills) + 1) + len(need.preferred_skills - skills)


def _named_choice(by_name: Mapping[str, Candidate], hindered: Mapping[str, str], need: Need) -> Choice | None:
    """The account manager or the last owner, where they can have it."""
    manager = by_name.get(need.account_manager) if need.account_manager is not None else None
    asked = manager is not None and manager.agent not in need.passed_by and not need.restricted
    if manager is not None and asked and manager.on_duty and manager.load < manager.capacity:
        return Choice(agent=manager.agent, reason="account_manager")
    owner = by_name.get(need.last_owner) if need.last_owner is not None else None
    if owner is not None and owner.agent not in hindered and 4 * owner.load < 3 * owner.capacity:
        return Choice(agent=owner.agent, reason="last_owner")
    return None


def _best(ranks: Sequence[Rank], strategy: str) -> Choice | None:
    return Choice(agent=ranks[0][-1], reason=strategy) if ranks else None


def _duty_choice(by_name: Mapping[str, Candidate], need: Need, duty: Sequence[str]) -> Choice:
    """The first of the list who is present; else the first whom we know at all (who left is no candidate); else the first.
    Who has passed the case on comes after the others, present or not."""
    others_first = sorted(duty, key=lambda agent: agent in need.passed_by)
    known = [by_name[agent] for agent in others_first if agent in by_name]
    present = next((candidate for candidate in known if candidate.on_duty), None)
    if present is not None:
        return Choice(agent=present.agent, reason="duty_present", in_line=True)
    holder = known[0].agent if known else duty[0]
    return Choice(agent=holder, reason="duty_silent", in_line=True, silent=True)


def _verdict(rank: Rank, best: Rank) -> str:
    """What came before this one: the first thing in which the best is better."""
    for word, mine, its in zip(_PUT_OFF, rank, best, strict=False):  # names always differ
        if mine != its:
            return word
    return "by_name"


def _considered(
    by_name: Mapping[str, Candidate],
    choice: Choice,
    ranks: Sequence[Rank],
    hindered: Mapping[str, str],
    *,
    compared: bool,
) -> tuple[Considered, ...]:
    """Everybody: the chosen, then the eligible from best to worst, then the others by name. `compared`: put off by comparison."""
    verdicts = {rank[-1]: _verdict(rank, ranks[0]) if compared else "eligible" for rank in ranks}
    verdicts |= {agent: hindered[agent] for agent in sorted(hindered)}
    if choice.agent in by_name:
        verdicts = {choice.agent: "chosen"} | verdicts | {choice.agent: "chosen"}
    people = [(by_name[agent], verdict) for agent, verdict in verdicts.items()]
    return tuple([Considered(one.agent, verdict, one.load, one.capacity) for one, verdict in people])
