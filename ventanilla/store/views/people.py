"""Agents as a list: who is there, until when, and how much each holds. Reads only."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.agents import absences_of
from ventanilla.store.tables import agents, conversations, team_members


def list_agents(connection: sa.Connection, *, now: datetime) -> list[dict[str, Any]]:
    """Everybody who belongs to the house, by name; whoever left is shown only while they still own something."""
    owned = _owned(connection)
    teams = _teams(connection)
    rows = [
        row
        for row in connection.execute(sa.select(agents).order_by(agents.c.name))
        if row.enabled or owned.get(row.name)
    ]
    absences: dict[str, list[dict[str, Any]]] = {}
    for row in absences_of(connection, [row.name for row in rows], now=now):
        absences.setdefault(row.agent, []).append({"from": row.starts_at, "to": row.ends_at, "cover": row.cover})
    return [
        _agent(row, owned.get(row.name, 0), teams.get(row.name, []), absences.get(row.name, []), now) for row in rows
    ]


def agent_document(connection: sa.Connection, name: str, *, now: datetime) -> dict[str, Any] | None:
    """One of them, as in the list; None for nobody of ours. `absences` have their `id` too."""
    row = connection.execute(sa.select(agents).where(agents.c.name == name)).one_or_none()
    if row is None:
        return None
    mine = sa.select(sa.func.count()).where(conversations.c.owner == name, conversations.c.owned == 1)
    teams = list(connection.scalars(sa.select(team_members.c.team).where(team_members.c.agent == name)))
    absences = [
        {"id": one.id, "from": one.starts_at, "to": one.ends_at, "cover": one.cover}
        for one in absences_of(connection, [name], now=now)
    ]
    return _agent(row, connection.scalar(mine) or 0, sorted(teams), absences, now)


def presence_of(connection: sa.Connection, name: str, *, now: datetime) -> tuple[str, datetime | None]:
    """Whether somebody is there, as in the list, and when that changes by itself (None: not by itself)."""
    row = connection.execute(sa.select(agents).where(agents.c.name == name)).one()
    away = not row.on_duty and any(one.starts_at <= now for one in absences_of(connection, [name], now=now))
    return _presence(row, away=away), row.duty_changes_at


def _presence(row: sa.Row[Any], *, away: bool) -> str:
    if not row.enabled:
        return "left"
    return "on_duty" if row.on_duty else "away" if away else "off_duty"


def _agent(
    row: sa.Row[Any], owned: int, teams: list[str], absences: list[dict[str, Any]], now: datetime
) -> dict[str, Any]:
    away = any(absence["from"] <= now for absence in absences)
    return {
        "name": row.name,
        "display_name": row.display_name,
        "presence": _presence(row, away=away),
        "since": row.duty_since,
        "until": row.duty_changes_at,
        "open": owned,
        "waiting": row.load,
        "capacity": row.capacity,
        "teams": teams,
        "absences": absences,
    }


def _owned(connection: sa.Connection) -> dict[str, int]:
    query = (
        sa.select(conversations.c.owner, sa.func.count())
        .where(conversations.c.owned == 1)
        .group_by(conversations.c.owner)
    )
    return {str(owner): int(count) for owner, count in connection.execute(query)}


def _teams(connection: sa.Connection) -> dict[str, list[str]]:
    teams: dict[str, list[str]] = {}
    for row in connection.execute(sa.select(team_members).order_by(team_members.c.team)):
        teams.setdefault(row.agent, []).append(row.team)
    return teams
