"""The policy as it reads in prose, with fractions and without a thought for speed: what the quick one is held against. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from router.assigning.policy import PREFERENCES_LEAD_FOR, Candidate, Choice, Considered, Need

LIGHT = Fraction(3, 4)

Weigh = Callable[[Candidate], Fraction]

# By the name that `strategy` in [teams.X] gives; the lightest comes first. Only people with room are weighed.
STRATEGIES: dict[str, Weigh] = {
    "balanced": lambda candidate: Fraction(candidate.load, candidate.capacity),
    "round_robin": lambda _: Fraction(0),
    "longest_idle": lambda candidate: Fraction(candidate.load),  # whoever has no case at all, first
}


class _Rank(NamedTuple):
    """How somebody compares, lowest first."""

    lead: int
    weight: Fraction
    lacking: int
    assigned_before: bool
    last_assigned_at: datetime
    agent: str


def choose_plainly(
    candidates: Sequence[Candidate], need: Need, *, strategy: str, duty: Sequence[str], now: datetime
) -> Choice:
    """Exactly one person for the case, always: one of the candidates, or of the duty list if nobody can take it.

    Raises ValueError for a strategy that does not exist and for an empty duty list, which the config refuses.
    """
    if not duty:
        raise ValueError("the duty list is empty: nobody would answer for what nobody can take")
    weigh = _strategy(strategy)
    hindrances = {candidate.agent: _hindrance(candidate, need) for candidate in candidates}
    eligible = [candidate for candidate in candidates if hindrances[candidate.agent] is None]
    ranks = {candidate.agent: _rank(candidate, need, weigh, now) for candidate in eligible}
    ranked = sorted(eligible, key=lambda candidate: ranks[candidate.agent])

    choice = _named_choice(candidates, ranked, need) or _best(ranked, strategy) or _duty_choice(candidates, need, duty)
    verdicts = {agent: hindrance or "eligible" for agent, hindrance in hindrances.items()}
    if choice.reason == strategy:
        verdicts |= {agent: _verdict(rank, ranks[choice.agent]) for agent, rank in ranks.items()}
    verdicts[choice.agent] = "chosen"
    first = [choice.agent, *(candidate.agent for candidate in ranked)]
    return replace(choice, considered=_in_order(candidates, first, verdicts))


def _strategy(name: str) -> Weigh:
    if name not in STRATEGIES:
        raise ValueError(f'expected a strategy of {", ".join(sorted(STRATEGIES))}, got "{name}"')
    return STRATEGIES[name]


def _hindrance(candidate: Candidate, need: Need) -> str | None:
    """The first reason why they cannot take it, or None."""
    hindrances = {
        "declined": candidate.agent in need.passed_by,
        "restricted": need.restricted,
        "off_duty": not candidate.on_duty,
        "not_in_team": not candidate.in_team,
        "lacks_skill": not need.required_skills <= candidate.skills,
        "lacks_language": not need.required_languages <= candidate.languages,
        "full": candidate.load >= candidate.capacity,
    }
    return next((code for code, hinders in hindrances.items() if hinders), None)


def _rank(candidate: Candidate, need: Need, weigh: Weigh, now: datetime) -> _Rank:
    lacking_languages = len(need.preferred_languages - candidate.languages)
    lacking_skills = len(need.preferred_skills - candidate.skills)
    lacking = lacking_languages * (len(need.preferred_skills) + 1) + lacking_skills  # to be understood comes first
    return _Rank(
        lead=lacking if need.waited < PREFERENCES_LEAD_FOR else 0,
        weight=weigh(candidate),
        lacking=lacking,
        assigned_before=candidate.last_assigned_at is not None,
        last_assigned_at=candidate.last_assigned_at or now,
        agent=candidate.agent,
    )


def _named_choice(candidates: Sequence[Candidate], eligible: Sequence[Candidate], need: Need) -> Choice | None:
    """The account manager or the last owner, where they can have it."""
    for candidate in candidates:
        named = (
            candidate.agent == need.account_manager and candidate.agent not in need.passed_by and not need.restricted
        )
        if named and candidate.on_duty and candidate.load < candidate.capacity:
            return Choice(agent=candidate.agent, reason="account_manager")
    for candidate in eligible:
        if candidate.agent == need.last_owner and Fraction(candidate.load, candidate.capacity) < LIGHT:
            return Choice(agent=candidate.agent, reason="last_owner")
    return None


def _best(ranked: Sequence[Candidate], strategy: str) -> Choice | None:
    return Choice(agent=ranked[0].agent, reason=strategy) if ranked else None


def _duty_choice(candidates: Sequence[Candidate], need: Need, duty: Sequence[str]) -> Choice:
    """The first of the list who is present; else the first whom we know at all (who left is no candidate); else the first.
    Who has passed the case on comes after the others, present or not."""
    on_duty = {candidate.agent: candidate.on_duty for candidate in candidates}
    others_first = sorted(duty, key=lambda agent: agent in need.passed_by)
    present = next((agent for agent in others_first if on_duty.get(agent)), None)
    if present is not None:
        return Choice(agent=present, reason="duty_present", in_line=True)
    known = next((agent for agent in others_first if agent in on_duty), duty[0])
    return Choice(agent=known, reason="duty_silent", in_line=True, silent=True)


def _verdict(rank: _Rank, best: _Rank) -> str:
    """What came before this one: the first thing in which the best is better."""
    words = ("matches_less", "busier", "matches_less", "assigned_later", "assigned_later", "by_name")
    return next(word for word, mine, its in zip(words, rank, best, strict=True) if mine != its or word == "by_name")


def _in_order(
    candidates: Collection[Candidate], first: Sequence[str], verdicts: Mapping[str, str]
) -> tuple[Considered, ...]:
    places = {agent: place for place, agent in reversed(list(enumerate(first)))}
    ordered = sorted(candidates, key=lambda candidate: (places.get(candidate.agent, len(first)), candidate.agent))
    return tuple(
        Considered(
            agent=candidate.agent,
            verdict=verdicts[candidate.agent],
            load=candidate.load,
            capacity=candidate.capacity,
        )
        for candidate in ordered
    )
