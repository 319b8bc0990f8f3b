"""The few of a large team whom a case may go to, found by an index. On SQLite, where nothing changes while somebody writes."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from ventanilla.store.agents import Person
from ventanilla.store.once import note_each
from ventanilla.store.tables import agents, team_members

_PERSON = tuple(agents.c[name] for name in Person._fields)
_IN_TEAM = sa.exists().where(team_members.c.team == sa.bindparam("team"), team_members.c.agent == agents.c.name)
_THERE = (agents.c.on_duty == sa.true(), agents.c.enabled == sa.true())
_NEXT_CAPACITY = sa.select(sa.func.min(agents.c.capacity)).where(*_THERE, agents.c.capacity > sa.bindparam("above"))
_LIGHTEST = (
    sa.select(*_PERSON)
    .where(*_THERE, agents.c.capacity == sa.bindparam("capacity"), agents.c.load < sa.bindparam("capacity"), _IN_TEAM)
    .order_by(agents.c.load, agents.c.last_assigned_at, agents.c.name)
    .limit(sa.bindparam("most"))
)
_FIRST_BY_NAME = (
    sa.select(*_PERSON)
    .join(team_members, team_members.c.agent == agents.c.name)
    .where(team_members.c.team == sa.bindparam("team"), agents.c.enabled)
    .order_by(team_members.c.agent)
    .limit(sa.bindparam("most"))
)
_OTHERS = sa.select(*_PERSON).where(agents.c.name.in_(sa.bindparam("names", expanding=True)), agents.c.enabled)
_WHO_IS_IN = sa.select(team_members.c.agent).where(
    team_members.c.team == sa.bindparam("team"), team_members.c.agent.in_(sa.bindparam("names", expanding=True))
)


def nearest_agents(
    connection: sa.Connection, team: str, others: Sequence[str], *, most: int
) -> tuple[list[Person], frozenset[str]]:
    """Of a team's members who are there with room the first `most` of each capacity, whoever holds least first and then whoever
    was longest without a new case; the first `most` by name, whatever they do; and these others. Also who of them is in the team.
    """
    found: dict[str, Person] = {}
    capacity = connection.scalar(_NEXT_CAPACITY, {"above": 0})
    while capacity is not None:
        facts = {"capacity": capacity, "team": team, "most": most}
        found.update({row.name: Person._make(row) for row in connection.execute(_LIGHTEST, facts)})
        capacity = connection.scalar(_NEXT_CAPACITY, {"above": capacity})
    members = set(found)
    if len(found) < most:
        rows = [Person._make(row) for row in connection.execute(_FIRST_BY_NAME, {"team": team, "most": most})]
        found.update({row.name: row for row in rows})
        members.update(row.name for row in rows)
    asked = sorted(set(others) - found.keys())
    if asked:
        found.update({row.name: Person._make(row) for row in connection.execute(_OTHERS, {"names": asked})})
        members.update(connection.scalars(_WHO_IS_IN, {"team": team, "names": asked}))
    note_each(connection, "on duty", {name: person.on_duty for name, person in found.items()})
    return list(found.values()), frozenset(members)
