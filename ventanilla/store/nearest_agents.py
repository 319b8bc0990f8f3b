"""The few of a large team whom a case may go to, found by an index.

On SQLite nothing changes while somebody writes. On PostgreSQL whoever looks for the few of a team takes the team's lock first, so
that they look one after the other, and then locks the few; each looks after whatever the one before has assigned. Meanwhile others,
who choose nobody, may make people's loads smaller or larger: what those that are locked hold is read under the lock, and who
of the others has less by now comes first next time.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa

from ventanilla.store.agents import Person, lock_people
from ventanilla.store.once import note, note_each, noted
from ventanilla.store.tables import agents, team_members

_PERSON = tuple(agents.c[name] for name in Person._fields)
_IN_TEAM = sa.exists().where(team_members.c.team == sa.bindparam("team"), team_members.c.agent == agents.c.name)
_THERE = (agents.c.on_duty == sa.true(), agents.c.enabled == sa.true())
_NEXT_CAPACITY = sa.select(sa.func.min(agents.c.capacity)).where(*_THERE, agents.c.capacity > sa.bindparam("above"))
_LIGHTEST = (
    sa.select(*_PERSON)
    .where(*_THERE, agents.c.capacity == sa.bindparam("capacity"), agents.c.load < sa.bindparam("capacity"), _IN_TEAM)
    .order_by(agents.c.load, agents.c.last_assigned_at.nulls_first(), agents.c.name)
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
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("name"), 0)))
_KEPT = "nearest of"
_WHO_IS_IN = sa.select(team_members.c.agent).where(
    team_members.c.team == sa.bindparam("team"), team_members.c.agent.in_(sa.bindparam("names", expanding=True))
)


def nearest_agents(
    connection: sa.Connection, team: str, others: Sequence[str], *, most: int
) -> tuple[list[Person], frozenset[str]]:
    """Of a team's members who are there with room the first `most` of each capacity, whoever holds least first and then whoever
    was longest without a new case; the first `most` by name, where those are fewer; and these others. Also who of them is in the
    team. On PostgreSQL all of them are locked, in the order of their names; where `look_ahead` has locked the team's, they are.
    """
    if connection.dialect.name == "sqlite":
        found, members = _look(connection, team, most=most)
        asked = sorted(set(others) - found.keys())
        if asked:
            found.update({row.name: Person._make(row) for row in connection.execute(_OTHERS, {"names": asked})})
            members.update(connection.scalars(_WHO_IS_IN, {"team": team, "names": asked}))
        people = list(found.values())
    else:
        kept = noted(connection, (_KEPT, team))
        if kept is None:
            lock_teams(connection, [team])
            kept = frozenset(_look(connection, team, most=most)[0])
        names = sorted({*kept, *others})
        people = lock_people(connection, names)
        members = set(connection.scalars(_WHO_IS_IN, {"team": team, "names": names}))
    note_each(connection, "on duty", {person.name: person.on_duty for person in people})
    return people, frozenset(members)


def lock_teams(connection: sa.Connection, teams: Collection[str]) -> None:
    """Whoever else looks for the nearest of one of these teams waits until this transaction ends. Before any person is locked."""
    for team in sorted(teams):
        connection.execute(_LOCK, {"name": f"nearest of {team}"})


def look_ahead(connection: sa.Connection, team: str, *, most: int) -> frozenset[str]:
    """The nearest of a team whose lock is held: this transaction, which locks them next, chooses among them alone."""
    names = frozenset(_look(connection, team, most=most)[0])
    note(connection, (_KEPT, team), names)
    return names


def _look(connection: sa.Connection, team: str, *, most: int) -> tuple[dict[str, Person], set[str]]:
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
    return found, members
