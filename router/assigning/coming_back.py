"""Whose a case is that comes back because an answer never arrived, and of which team. Opens nothing and tells nobody."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.assigning.passing import contact_of
from router.assigning.responsible import Wanted, choose_responsible
from router.house import House
from ventanilla.store.assignments import Grant
from ventanilla.store.conversations import change_facts, lock_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents


def is_there(connection: sa.Connection, house: House, agent: str) -> bool:
    """Whether somebody is one of us still, and on duty."""
    row = connection.execute(sa.select(agents).where(agents.c.name == agent)).one()
    return bool(row.enabled and row.on_duty and agent in house.config.agents)


def grant_again(
    connection: sa.Connection, house: House, case: sa.Row[Any], reason: str, journal: Journal, *, since: datetime
) -> Grant:
    """Whoever had a case that is over has it again, if they are there; else whoever the policy names for a customer who has waited
    since then; a team that is gone is replaced. The caller holds the case's lock."""
    case = in_a_team(connection, house, case, journal)
    if is_there(connection, house, case.owner):
        return Grant(agent=case.owner, reason=reason, actor=journal.actor, config_version=house.version)
    wanted = Wanted(
        team=case.team,
        contact=contact_of(connection, case),
        language=case.language,
        skills=frozenset(case.skills),
        languages=frozenset(case.languages),
        waited=journal.now - since,
        exclude_case=case.id,
    )
    grant, _ = choose_responsible(connection, house, wanted, now=journal.now, actor=journal.actor)
    return grant


def in_a_team(connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal) -> sa.Row[Any]:
    """The case, whose team, where that is gone, is its channel's now, else the first that there is."""
    teams = house.config.teams
    if case.team in teams:
        return case
    channel = house.config.channels.get(case.channel)
    team = channel.team if channel is not None else next(iter(teams))
    change_facts(connection, case, journal, team=team)
    return lock_case(connection, case.id)
