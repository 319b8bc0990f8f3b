"""The few of a large team whom a case may go to, found by an index.

On SQLite nothing changes while somebody writes. On PostgreSQL whoever looks for the few of a team takes the team's lock first, so
that they look one after the other, and then locks the few, and looks again until those who come first are all locked; each sees
whatever the one before has assigned. Others, who choose nobody, may make somebody's load smaller from then on: that person
comes first next time.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

import sqlalchemy as sa

from ventanilla.store.agents import Person, lock_agents, lock_teams
from ventanilla.store.once import note, note_each, noted
from ventanilla.store.tables import agents, team_members

_PERSON = tuple(agents.c[name] for name in Person._fields)
_IN_TEAM = sa.exists().where(team_members.c.team == sa.bindparam("team"), team_members.c.agent == agents.c.name)
_THERE = (agents.c.on_duty == sa.true(), agents.c.enabled == sa.true())
_NEXT_CAPACITY = sa.select(sa.func.min(agents.c.capacity)).where(*_THERE, agents.c.capacity > sa.bindparam("above"))
_NEAREST_FIRST = (agents.c.load, agents.c.last_assigned_at.nulls_first(), agents.c.name)


def _lightest(capacity: sa.ColumnElement[int]) -> sa.Select[Any]:
    roomy = (agents.c.capacity == capacity, agents.c.load < capacity)
    return sa.select(*_PERSON).where(*_THERE, *roomy, _IN_TEAM).order_by(*_NEAREST_FIRST).limit(sa.bindparam("most"))


def _lightest_of_each() -> sa.Select[Any]:
    """The first of every capacity in one statement: SQLite has no LATERAL, and needs none where asking costs no way."""
    each = sa.select(sa.func.min(agents.c.capacity).label("capacity")).where(*_THERE).cte("capacities", recursive=True)
    above = sa.select(sa.func.min(agents.c.capacity)).where(*_THERE, agents.c.capacity > each.c.capacity)
    each = each.union_all(sa.select(above.scalar_subquery()).where(each.c.capacity.is_not(None)))
    first = _lightest(each.c.capacity).correlate(each).lateral()
    return sa.select(first).select_from(each.join(first, sa.true()))


_LIGHTEST = _lightest(sa.bindparam("capacity"))
_LIGHTEST_OF_EACH = _lightest_of_each()
_FIRST_BY_NAME = (
    sa.select(*_PERSON)
    .join(team_members, team_members.c.agent == agents.c.name)
    .where(team_members.c.team == sa.bindparam("team"), agents.c.enabled)
    .order_by(team_members.c.agent)
    .limit(sa.bindparam("most"))
)
_THESE = (
    sa.select(*_PERSON, _IN_TEAM.label("in_team"))
    .where(agents.c.name.in_(sa.bindparam("names", expanding=True)), agents.c.enabled)
    .order_by(agents.c.name)
    .with_for_update(key_share=True, of=agents)
)
_KEPT = "nearest of"


def nearest_agents(
    connection: sa.Connection, team: str, others: Sequence[str], *, most: int
) -> tuple[list[Person], frozenset[str]]:
    """Of a team's members who are there with room the first `most` of each capacity, whoever holds least first and then whoever
    was longest without a new case; the first `most` by name, where those are fewer; and these others. Also who of them is in the
    team. On PostgreSQL all of them are locked, in the order of their names; where `keep_nearest` has chosen the team's, they are.
    """
    kept: frozenset[str] | None = noted(connection, (_KEPT, team))
    found = {} if kept is not None else _look_and_lock(connection, team, others, most=most)
    members, asked = set(found), {*(kept or ()), *others} - found.keys()
    for *person, in_team in connection.execute(_THESE, {"team": team, "names": sorted(asked)}) if asked else ():
        known = Person._make(person)
        found[known.name] = known
        members.update([known.name] if in_team else ())
    note_each(connection, "on duty", {name: person.on_duty for name, person in found.items()})
    return list(found.values()), frozenset(members)


def nearest_names(connection: sa.Connection, team: str, *, most: int) -> frozenset[str]:
    """Who they are, the others aside; by the next moment they may be others, unless they are locked and `keep_nearest` says so."""
    return frozenset(_look(connection, team, most=most))


def keep_nearest(connection: sa.Connection, team: str, *, most: int, locked: Set[str]) -> None:
    """This transaction, which holds the team's lock and these people's, chooses among the nearest as they are now."""
    note(connection, (_KEPT, team), frozenset(_look_until_locked(connection, team, locked, most=most)))


def _look_and_lock(connection: sa.Connection, team: str, others: Sequence[str], *, most: int) -> dict[str, Person]:
    if connection.dialect.name == "sqlite":
        return _look(connection, team, most=most)
    lock_teams(connection, [team])
    first = nearest_names(connection, team, most=most).union(others)
    lock_agents(connection, first)
    return _look_until_locked(connection, team, first, most=most)


def _look_until_locked(connection: sa.Connection, team: str, locked: Set[str], *, most: int) -> dict[str, Person]:
    """While somebody's row was waited for others may have come to be first."""
    while not (found := _look(connection, team, most=most)).keys() <= locked:
        locked = locked | found.keys()
        lock_agents(connection, locked)
    return found


def _look(connection: sa.Connection, team: str, *, most: int) -> dict[str, Person]:
    facts = {"team": team, "most": most}
    found: dict[str, Person] = {}
    if connection.dialect.name != "sqlite":
        found.update({row.name: Person._make(row) for row in connection.execute(_LIGHTEST_OF_EACH, facts)})
    else:
        capacity = connection.scalar(_NEXT_CAPACITY, {"above": 0})
        while capacity is not None:
            rows = connection.execute(_LIGHTEST, {**facts, "capacity": capacity})
            found.update({row.name: Person._make(row) for row in rows})
            capacity = connection.scalar(_NEXT_CAPACITY, {"above": capacity})
    if len(found) < most:
        found.update({row.name: Person._make(row) for row in connection.execute(_FIRST_BY_NAME, facts)})
    return found
