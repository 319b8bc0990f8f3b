"""Puts the question "who is responsible?" to the policy, with the facts of this moment locked, and words the answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from config.people import TeamSettings
from router.assigning.acceptance import accept_by
from router.assigning.policy import Candidate, Choice, Need, choose_agent
from router.assigning.restricted import Named, named_for
from router.assigning.shortlist import ALL_KEPT_UP_TO, is_shortlisted
from router.house import House
from router.incoming.languages import primary
from ventanilla.store.agents import Person, lock_candidates
from ventanilla.store.assignments import Grant
from ventanilla.store.contacts import has_no_case
from ventanilla.store.nearest_agents import nearest_agents
from ventanilla.store.tables import conversations

FIRST_KEPT = 10
SAME_CUSTOMER = "same_customer"
BY_RULE = "rule"
MOST_HOLDERS = 20
_HOLDERS = (
    sa.select(conversations.c.owner, conversations.c.team)
    .where(conversations.c.contact_id == sa.bindparam("contact"), conversations.c.owned == 1)
    .where(conversations.c.line_since.is_(None), conversations.c.id != sa.bindparam("but"))
    .order_by(
        sa.case((conversations.c.team == sa.bindparam("team"), 0), else_=1), conversations.c.last_message_at.desc()
    )
    .limit(MOST_HOLDERS)
)


Look = Callable[[sa.Connection, str, Sequence[str]], tuple[Sequence[Person], frozenset[str]]]
"""What is known of a team's members and of these others, and who of them is in the team."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a case asks of whoever takes it: `skills` and `languages` are demanded (by a rule), the customer's own `language`
    is preferred. `just_written`: its customer has written this moment; otherwise somebody is sought for what waits.
    `concerned`: who has it now and who stands in for them, whose rows are locked with the candidates' rows; `passed_by` have
    passed it on in this turn."""

    team: str
    contact: Any
    language: str
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    named_agent: str | None = None
    waited: timedelta = field(default=timedelta(0))
    exclude_case: int | None = None
    just_written: bool = False
    concerned: tuple[str, ...] = ()
    passed_by: frozenset[str] = frozenset()


def choose_responsible(
    connection: sa.Connection, house: House, wanted: Wanted, *, now: datetime, actor: str, look: Look = lock_candidates
) -> tuple[Grant, Choice]:
    """Decide who gets a case, with every candidate locked (unless `look` does otherwise). Total: there is always an answer.

    Whoever already answers for another open case of this customer, on whatever channel, keeps them whole, even beyond
    capacity: one customer, one owner. That takes somebody who is there and, if the other case is another team's, in this
    team too. Who has only just gone is still there to a customer who writes again; where nobody at all is there, the case
    waits with them until opening like the other one. Otherwise the policy decides. The customer of one named person goes to them.
    """
    team = house.config.teams[wanted.team]
    named = wanted.named_agent or wanted.contact.account_manager
    holders = _holders_of_open_cases(connection, wanted)
    restricted = named_for(connection, wanted.contact, passed_by=wanted.passed_by, now=now)
    asked = (named, wanted.contact.last_owner, restricted.agent if restricted else None)
    others = {*team.duty, *holders, *wanted.concerned, *(name for name in asked if name)}
    need = Need(
        required_skills=wanted.skills,
        required_languages=frozenset(map(primary, wanted.languages)),
        preferred_languages=frozenset({primary(wanted.language)}),
        last_owner=wanted.contact.last_owner,
        account_manager=named,
        waited=wanted.waited,
        passed_by=wanted.passed_by,
        restricted=restricted is not None,
    )
    rows: Sequence[Person]
    if look is lock_candidates and is_shortlisted(house, wanted.team, need):
        most = FIRST_KEPT + len(need.passed_by)
        rows, members = nearest_agents(connection, wanted.team, sorted(others), most=most)
        unseen = len(team.members) - len(members)
    else:
        rows, members = look(connection, wanted.team, sorted(others))
        unseen = 0
    by_name = _candidates(house, rows, members, team.duty)
    choice = choose_agent(list(by_name.values()), need, strategy=team.strategy, duty=team.duty, now=now)
    if restricted is not None:
        return _for_restricted(house, choice, actor, restricted, known=restricted.agent in by_name), choice
    able = (name for name, here in holders.items() if name in by_name and _may_keep(by_name[name], wanted, here=here))
    holder = next(able, None)
    if holder is not None and holder != choice.agent and not _is_there(by_name, named):
        there = _is_there(by_name, holder) or (wanted.just_written and choice.silent)
        stays = there or (wanted.just_written and _has_just_gone(rows, holder, team, now))
    else:
        stays = False
    if holder is not None and stays:
        grant = _grant(house, choice, actor, unseen, agent=holder, reason=SAME_CUSTOMER)
    else:
        by_rule = choice.reason == "account_manager" and wanted.named_agent is not None
        grant = _grant(house, choice, actor, unseen, reason=BY_RULE if by_rule else None)
    by_when = None if grant.in_line else accept_by(house, wanted.team, grant.agent, now=now)
    return replace(grant, accept_by=by_when), choice


def _for_restricted(house: House, choice: Choice, actor: str, named: Named, *, known: bool) -> Grant:
    """Theirs, or their cover's, whatever they hold; else the duty person's. Nobody is asked to accept, and nobody else gets it."""
    if known:
        return _grant(house, choice, actor, 0, agent=named.agent, reason=named.reason)
    return replace(_grant(house, choice, actor, 0), in_line=False)


def _holders_of_open_cases(connection: sa.Connection, wanted: Wanted) -> dict[str, bool]:
    """Who answers for other cases of this customer, and whether one of those is this team's: those first, the latest first."""
    if has_no_case(connection, wanted.contact.id, but=wanted.exclude_case):
        return {}
    facts = {"contact": wanted.contact.id, "team": wanted.team, "but": wanted.exclude_case or 0}
    holders: dict[str, bool] = {}
    for row in connection.execute(_HOLDERS, facts):
        holders.setdefault(row.owner, row.team == wanted.team)
    return holders


def _may_keep(holder: Candidate, wanted: Wanted, *, here: bool) -> bool:
    """Whether somebody who has the customer may take this case too: it is their team's, and they have what is demanded."""
    if holder.agent in wanted.passed_by:
        return False
    has_all = wanted.skills <= holder.skills and frozenset(map(primary, wanted.languages)) <= holder.languages
    return has_all and (here or holder.in_team or holder.duty_rank is not None)


def _is_there(by_name: Mapping[str, Candidate], agent: str | None) -> bool:
    known = by_name.get(agent) if agent is not None else None
    return known is not None and known.on_duty


def _has_just_gone(rows: Sequence[Person], agent: str, team: TeamSettings, now: datetime) -> bool:
    since = next(row.duty_since for row in rows if row.name == agent)
    return since is not None and now - since <= team.away_grace


def _candidates(
    house: House, rows: Sequence[Person], members: frozenset[str], duty: Sequence[str]
) -> dict[str, Candidate]:
    ranks = {name: duty.index(name) for name in duty}
    return {
        row.name: Candidate(
            row.name, row.on_duty, row.name in members, row.load, row.capacity, row.last_assigned_at,
            *house.abilities(row.name), ranks.get(row.name),
        )
        for row in rows
    }  # fmt: skip


def _grant(
    house: House, choice: Choice, actor: str, unseen: int, *, agent: str | None = None, reason: str | None = None
) -> Grant:
    considered, number = choice.considered, len(choice.considered) + unseen
    kept = considered if number <= ALL_KEPT_UP_TO else considered[:FIRST_KEPT]
    sticky = agent is not None
    return Grant(
        agent=agent or choice.agent,
        reason=reason or choice.reason,
        actor=actor,
        config_version=house.version,
        in_line=choice.in_line and not sticky,
        decision={
            "candidates": number,
            "considered": [
                {"agent": one.agent, "verdict": one.verdict, "load": one.load, "capacity": one.capacity} for one in kept
            ],
            "silent": choice.silent and not sticky,
            "policy_would_say": choice.agent if sticky else None,
        },
    )
