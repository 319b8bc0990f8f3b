"""People as the store knows them: how much they hold, whether they are on duty, when they are away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from ventanilla.store.once import note_each, once
from ventanilla.store.tables import absences, agents, team_members, teams


class Person(NamedTuple):
    """What of somebody's row decides whether a case goes to them."""

    name: str
    on_duty: bool
    load: int
    capacity: int
    last_assigned_at: datetime | None
    duty_since: datetime | None


_CANDIDATES_LOCKED = (
    sa.select(*(agents.c[name] for name in Person._fields))
    .where(agents.c.name.in_(sa.bindparam("names", expanding=True)), agents.c.enabled)
    .order_by(agents.c.name)
    .with_for_update(key_share=True)
)
_MEMBERS = (
    sa.select(agents.c.name)
    .join(team_members, team_members.c.agent == agents.c.name)
    .where(team_members.c.team == sa.bindparam("team"), agents.c.enabled)
)
_PRESENCE_DUE = sa.select(agents.c.name).where(agents.c.duty_changes_at <= sa.bindparam("now")).limit(1)
_NOTE_ASSIGNED = (
    sa.update(agents)
    .where(agents.c.name == sa.bindparam("agent"))
    .values(last_assigned_at=sa.bindparam("now"), load=agents.c.load + sa.bindparam("by"))
)
_SHIFT = sa.update(agents).where(agents.c.name == sa.bindparam("agent")).values(load=agents.c.load + sa.bindparam("by"))
_LOCK = sa.select(agents.c.name).order_by(agents.c.name).with_for_update(key_share=True)
_LOCK_THESE = _LOCK.where(agents.c.name.in_(sa.bindparam("names", expanding=True)))


def _lock_teams(which: sa.Select[tuple[str]]) -> sa.Select[Any]:
    each = which.order_by(teams.c.name).subquery()
    return sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended("nearest of " + each.c.name, 0)))


_TEAMS = sa.select(teams.c.name)
_LOCK_TEAMS = _lock_teams(_TEAMS)
_LOCK_THESE_TEAMS = _lock_teams(_TEAMS.where(teams.c.name.in_(sa.bindparam("names", expanding=True))))


def lock_candidates(connection: sa.Connection, team: str, others: Sequence[str]) -> tuple[list[Person], frozenset[str]]:
    """The enabled members of a team and these others (duty, a named manager), locked in the order of their names.

    Returns the people and the names of those who are in the team. (`key_share`: whoever writes a row that only names somebody
    need not wait; PostgreSQL would lock that name out of its order otherwise.)
    """
    members = once(connection, ("members", team), lambda: select_members(connection, team))
    rows = lock_people(connection, sorted({*members, *others}))
    note_each(
        connection, "on duty", {row.name: row.on_duty for row in rows}
    )  # nobody changes it while we hold the lock
    return rows, frozenset(members)


def lock_people(connection: sa.Connection, names: Sequence[str]) -> list[Person]:
    """Those of them who are enabled, locked in the order of their names (but for `key_share`)."""
    return [Person._make(row) for row in connection.execute(_CANDIDATES_LOCKED, {"names": names})]


def select_members(connection: sa.Connection, team: str) -> list[str]:
    """Names of the enabled members of a team."""
    return list(connection.scalars(_MEMBERS, {"team": team}))


def shift_load(connection: sa.Connection, changes: Mapping[str, int]) -> None:
    """Change how many waiting cases each agent holds, in the order of their names (one lock order everywhere)."""
    for agent, by in sorted(changes.items()):
        if by:
            connection.execute(_SHIFT, {"agent": agent, "by": by})


def note_assigned(connection: sa.Connection, agent: str, *, now: datetime, by: int = 0) -> None:
    """Remember when this agent was last given a case: ties go to whoever has waited longest. They hold `by` more that wait."""
    connection.execute(_NOTE_ASSIGNED, {"agent": agent, "now": now, "by": by})


def is_presence_due(connection: sa.Connection, *, now: datetime) -> bool:
    """Whether anybody's presence is to be worked out afresh by now; a cheap look without a lock."""
    return connection.execute(_PRESENCE_DUE, {"now": now}).first() is not None


def due_for_presence(connection: sa.Connection, *, now: datetime) -> list[sa.Row[Any]]:
    """Agents whose shift, absence or first appearance changes by now; locked in the order of their names."""
    query = (
        sa.select(agents).where(agents.c.duty_changes_at <= now).order_by(agents.c.name).with_for_update(key_share=True)
    )
    return list(connection.execute(query))


def set_presence(
    connection: sa.Connection, agent: str, *, on_duty: bool, since: datetime, changes_at: datetime | None
) -> None:
    """Write down whether somebody is on duty, since when, and when that will change next."""
    values = {"on_duty": on_duty, "duty_since": since, "duty_changes_at": changes_at}
    connection.execute(sa.update(agents).where(agents.c.name == agent).values(values))


def absences_of(connection: sa.Connection, names: Sequence[str], *, now: datetime) -> list[sa.Row[Any]]:
    """Absences of these agents that are under way or still to come, earliest first."""
    query = (
        sa.select(absences)
        .where(absences.c.agent.in_(names), sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > now))
        .order_by(absences.c.starts_at)
    )
    return list(connection.execute(query))


def cover_of(connection: sa.Connection, agent: str, *, now: datetime) -> str | None:
    """Who was named to cover for somebody's absence under way, if that person is on duty; None where nobody was or is."""
    query = (
        sa.select(absences.c.cover)
        .join(agents, agents.c.name == absences.c.cover)
        .where(absences.c.agent == agent, absences.c.starts_at <= now, agents.c.enabled, agents.c.on_duty)
        .where(sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > now))
        .order_by(absences.c.id.desc())
        .limit(1)
    )
    return connection.scalar(query)


def is_away(connection: sa.Connection, agent: str, *, now: datetime) -> bool:
    """Whether somebody is absent now (a shift that is over is no absence), or does not belong to the house any more."""
    here = sa.select(agents.c.name).where(agents.c.name == agent, agents.c.enabled)
    under_way = sa.select(absences.c.id).where(
        absences.c.agent == agent,
        absences.c.starts_at <= now,
        sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > now),
    )
    return connection.execute(here).first() is None or connection.execute(under_way).first() is not None


def lock_agents(connection: sa.Connection, names: Collection[str] | None = None) -> None:
    """Lock these people's rows (None: everybody's, and before them every team) in the order of their names until the transaction
    ends: for whoever is about to move several cases at once. On SQLite transactions that write are one at a time anyway."""
    if connection.dialect.name == "sqlite" or (names is not None and not names):
        return
    if names is None:
        lock_teams(connection)
    if names is None:
        connection.execute(_LOCK)
    else:
        connection.execute(_LOCK_THESE, {"names": sorted(names)})


def lock_teams(connection: sa.Connection, names: Collection[str] | None = None) -> None:
    """Whoever else wants to look for the nearest of one of these teams (None: of any) waits until this transaction ends. Whoever
    takes teams and people takes the teams first. PostgreSQL's alone."""
    if names is None:
        connection.execute(_LOCK_TEAMS)
    else:
        connection.execute(_LOCK_THESE_TEAMS, {"names": sorted(names)})


def covers_of(connection: sa.Connection, names: Collection[str]) -> list[str]:
    """Whoever stands in, has stood in or is to stand in for one of these people."""
    query = sa.select(absences.c.cover).where(absences.c.agent.in_(names), absences.c.cover.is_not(None)).distinct()
    return list(connection.scalars(query))


def add_absence(
    connection: sa.Connection,
    agent: str,
    *,
    starts_at: datetime,
    ends_at: datetime | None,
    cover: str | None,
    now: datetime,
) -> None:
    """Somebody is away from then (until then, or until they come back); presence is looked at again at once."""
    values = {"agent": agent, "starts_at": starts_at, "ends_at": ends_at, "cover": cover, "created_at": now}
    connection.execute(sa.insert(absences).values(values))
    touch_presence(connection, agent, now=now)


def end_absences(connection: sa.Connection, agent: str, *, now: datetime) -> int:
    """Somebody is back: absences under way end now, later ones stay. Returns how many ended."""
    under_way = (absences.c.agent == agent) & (absences.c.starts_at <= now)
    under_way &= sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > now)
    fresh = connection.execute(sa.delete(absences).where(under_way, absences.c.starts_at == now)).rowcount
    ended = connection.execute(sa.update(absences).where(under_way).values(ends_at=now)).rowcount
    touch_presence(connection, agent, now=now)
    return fresh + ended


def end_absence(connection: sa.Connection, agent: str, absence_id: int, *, now: datetime) -> bool:
    """One absence of theirs: under way it ends now, still to come it never is. Whether there was one that was not over."""
    this = (absences.c.id == absence_id) & (absences.c.agent == agent)
    live = sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > now)
    gone = connection.execute(sa.delete(absences).where(this, live, absences.c.starts_at >= now)).rowcount
    ended = connection.execute(sa.update(absences).where(this, live).values(ends_at=now)).rowcount
    touch_presence(connection, agent, now=now)
    return bool(gone + ended)


def touch_presence(connection: sa.Connection, agent: str, *, now: datetime) -> None:
    """Have this agent's presence worked out afresh at the next look."""
    connection.execute(sa.update(agents).where(agents.c.name == agent).values(duty_changes_at=now))
