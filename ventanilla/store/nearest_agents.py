"""The few of a large team whom a case may go to, found by an index.

On SQLite nothing changes while somebody writes. On PostgreSQL whoever looks for the few of a team takes the team's lock first, so
that they look one after the other, and then locks the few, and looks again until those who come first are all locked; each sees
whatever the one before has assigned. Others, who choose nobody, may make somebody's load smaller from then on: that person
comes first next time.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import sqlalchemy as sa

from ventanilla.store.agents import Person, lock_agents, lock_people, lock_teams
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
_KEPT = "nearest of"
_WHO_IS_IN = sa.select(team_members.c.agent).where(
    team_members.c.team == sa.bindparam("team"), team_members.c.agent.in_(sa.bindparam("names", expanding=True))
)


def nearest_agents(
    connection: sa.Connection, team: str, others: Sequence[str], *, most: int
) -> tuple[list[Person], frozenset[str]]:
    """Of a team's members who are there with room the first `most` of each capacity, whoever holds least first and then whoever
    was longest without a new case; the first `most` by name, where those are fewer; and these others. Also who of them is in the
    team. On PostgreSQL all of them are locked, in the order of their names; where `keep_nearest` has chosen the team's, they are.
    """
    if connection.dialect.name == "sqlite":
        found = _look(connection, team, most=most)
        nearest = frozenset(found)
        asked = sorted(set(others) - nearest)
        if asked:
            found.update({row.name: Person._make(row) for row in connection.execute(_OTHERS, {"names": asked})})
    else:
        kept: frozenset[str] | None = noted(connection, (_KEPT, team))
        if kept is None:
            lock_teams(connection, [team])
            kept = _locked(connection, team, most=most, locked=frozenset())
        nearest = kept
        asked = sorted(set(others) - nearest)
        found = {person.name: person for person in lock_people(connection, sorted({*nearest, *others}))}
    members = nearest.union(connection.scalars(_WHO_IS_IN, {"team": team, "names": asked}) if asked else ())
    note_each(connection, "on duty", {name: person.on_duty for name, person in found.items()})
    return list(found.values()), members


def nearest_names(connection: sa.Connection, team: str, *, most: int) -> frozenset[str]:
    """Who they are, the others aside; by the next moment they may be others, unless they are locked and `keep_nearest` says so."""
    return frozenset(_look(connection, team, most=most))


def keep_nearest(connection: sa.Connection, team: str, *, most: int, locked: Set[str]) -> None:
    """This transaction, which holds the team's lock and these people's, chooses among the nearest as they are now."""
    note(connection, (_KEPT, team), _locked(connection, team, most=most, locked=locked))


def _locked(connection: sa.Connection, team: str, *, most: int, locked: Set[str]) -> frozenset[str]:
    """The nearest, every one of them locked: while somebody's row was waited for others may have come to be first."""
    while not (names := nearest_names(connection, team, most=most)) <= locked:
        lock_agents(connection, names)
        locked = locked | names
    return names


def _look(connection: sa.Connection, team: str, *, most: int) -> dict[str, Person]:
    found: dict[str, Person] = {}
    capacity = connection.scalar(_NEXT_CAPACITY, {"above": 0})
    while capacity is not None:
        facts = {"capacity": capacity, "team": team, "most": most}
        found.update({row.name: Person._make(row) for row in connection.execute(_LIGHTEST, facts)})
        capacity = connection.scalar(_NEXT_CAPACITY, {"above": capacity})
    if len(found) < most:
        rows = connection.execute(_FIRST_BY_NAME, {"team": team, "most": most})
        found.update({row.name: Person._make(row) for row in rows})
    return found
