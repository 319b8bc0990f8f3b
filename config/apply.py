"""Makes a loaded file the one in force, in one transaction: people, teams and channels as the file says.

Who left is disabled and what they hold is handed over; what would leave a case without its person, or a team without one,
is refused with the cure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.load import Loaded
from config.schema import Config
from ventanilla.errors import ConfigError, Problem
from ventanilla.store.agents import touch_presence
from ventanilla.store.api_tokens import revoke_tokens
from ventanilla.store.events import Journal
from ventanilla.store.installation import active_config, add_config_version
from ventanilla.store.sessions import end_sessions
from ventanilla.store.tables import agents, channels, conversations, team_members, teams
from ventanilla.store.telegram_links import unlink_telegram
from ventanilla.words import STAFF_BOT, EventKind, Mode

HandOver = Callable[[sa.Connection, str, int, Journal], int]
"""Hands everything an agent owns to others under a config version; returns how many cases moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What applying a file did."""

    version: int
    changed: bool
    left: tuple[str, ...] = ()
    handed_over: int = 0


def apply_config(connection: sa.Connection, loaded: Loaded, *, hand_over: HandOver, now: datetime) -> Applied:
    """Bring people, teams and channels into line with the file. A repeat with the same file changes nothing.

    Raises ConfigError naming everything that forbids it; the caller's transaction is then rolled back.
    """
    config = loaded.config
    problems = list(_refusals(connection, loaded))
    if problems:
        raise ConfigError(problems)
    current = active_config(connection)
    changed = current is None or current.sha256 != loaded.sha256
    journal = Journal(now=now, actor="admin")
    version = current.id if current is not None else 0
    if changed:
        version = add_config_version(connection, sha256=loaded.sha256, content=_content(loaded), now=now)
        journal.add(EventKind.CONFIG_APPLIED, data={"version": version})
    _upsert_agents(connection, config, now)
    _unlink_what_the_file_changed(connection, config, current.content if current is not None else {}, journal)
    _upsert_teams(connection, config)
    _upsert_channels(connection, config, now)
    _keep_staff_bot(connection, config, now)
    left = disable_leavers(connection, config, now, journal)
    moved = sum(hand_over(connection, name, version, journal) for name in left)
    journal.flush(connection)
    return Applied(version=version, changed=changed, left=left, handed_over=moved)


def _content(loaded: Loaded) -> dict[str, Any]:
    """What is kept of a version: its settings, where its rules stood, so that a decision can be explained later, and the order of
    its promises, which decides between them (a store may keep a document's keys in another order)."""
    settings = loaded.config.as_json()
    return settings | {"rules_at": list(loaded.rules_at), "promises_order": list(loaded.config.promises)}


def is_in_force(connection: sa.Connection, loaded: Loaded) -> bool:
    """Whether this very file is the one that was applied last."""
    current = active_config(connection)
    return current is not None and current.sha256 == loaded.sha256


def _refusals(connection: sa.Connection, loaded: Loaded) -> Iterator[Problem]:
    config, file = loaded.config, str(loaded.path)
    for owner, count in _owned(connection, conversations.c.owner):
        if owner not in config.agents:
            yield Problem(
                file=file,
                key=f"agents.{owner}",
                message=f"still answers for {count} open cases; keep the entry and set left = a date, which hands them over",
            )
    for team, count in _owned(connection, conversations.c.team):
        if team not in config.teams:
            yield Problem(
                file=file,
                key=f"teams.{team}",
                message=f"still has {count} open cases; keep the team until they are resolved or moved",
            )


def _owned(connection: sa.Connection, column: sa.Column[Any]) -> list[tuple[str, int]]:
    query = sa.select(column, sa.func.count()).where(conversations.c.owned == 1).group_by(column).order_by(column)
    return [(str(name), int(count)) for name, count in connection.execute(query)]


def _upsert_agents(connection: sa.Connection, config: Config, now: datetime) -> None:
    known = set(connection.scalars(sa.select(agents.c.name)))
    today = _today(config, now)
    for name, settings in config.agents.items():
        here = settings.is_here(today)
        values: dict[str, Any] = {
            "display_name": settings.name or name.capitalize(),
            "email": settings.email,
            "capacity": settings.capacity,
        }
        if name not in known:
            connection.execute(sa.insert(agents).values(name=name, enabled=here, **values))
        else:
            if here:  # who left is disabled further down, where what they hold is handed over
                values["enabled"] = True
            connection.execute(sa.update(agents).where(agents.c.name == name).values(values))
        touch_presence(connection, name, now=now)


def _unlink_what_the_file_changed(
    connection: sa.Connection, config: Config, before: Mapping[str, Any], journal: Journal
) -> None:
    """A Telegram id of the file counts once that account has written to the staff's bot. When the file changes somebody's id,
    the account they had is theirs no more; what they linked by an invitation since stays where the file says nothing new."""
    query = sa.select(agents.c.name, agents.c.telegram).where(agents.c.telegram.is_not(None))
    linked = {str(row.name): str(row.telegram) for row in connection.execute(query)}
    named = {str(one.telegram): name for name, one in config.agents.items() if one.telegram is not None}
    changed = []
    for name, account in linked.items():
        now_says = config.agents[name].telegram if name in config.agents else None
        once_said = before.get("agents", {}).get(name, {}).get("telegram")
        moved = (
            now_says != once_said and str(now_says) != account and (now_says is not None or str(once_said) == account)
        )
        if moved or named.get(account, name) != name:
            changed.append(name)
    unlink_telegram(connection, changed, why="file", journal=journal)


def _upsert_teams(connection: sa.Connection, config: Config) -> None:
    known = set(connection.scalars(sa.select(teams.c.name)))
    for name in config.teams.keys() - known:
        connection.execute(sa.insert(teams).values(name=name))
    connection.execute(sa.update(teams).values(enabled=teams.c.name.in_(list(config.teams))))
    connection.execute(sa.delete(team_members))
    rows = [
        {"team": name, "agent": agent} for name, team in config.teams.items() for agent in dict.fromkeys(team.members)
    ]
    if rows:
        connection.execute(sa.insert(team_members), rows)


def _upsert_channels(connection: sa.Connection, config: Config, now: datetime) -> None:
    known = set(connection.scalars(sa.select(channels.c.name)))
    for name, settings in config.channels.items():
        values = {"kind": settings.kind, "mode": settings.mode, "enabled": True}
        if name in known:
            connection.execute(sa.update(channels).where(channels.c.name == name).values(values))
        else:
            connection.execute(sa.insert(channels).values(name=name, since=now, **values))
    gone = sa.update(channels).where(channels.c.name.not_in([*config.channels, STAFF_BOT]))
    connection.execute(gone.values(enabled=False))


def _keep_staff_bot(connection: sa.Connection, config: Config, now: datetime) -> None:
    """The staff's bot has a row beside the channels: what is wrong with it stands there. It writes to our own people only."""
    values = {"kind": "telegram", "mode": Mode.INTERNAL, "enabled": config.staff.telegram is not None}
    known = connection.execute(sa.update(channels).where(channels.c.name == STAFF_BOT).values(values)).rowcount
    if not known and config.staff.telegram is not None:
        connection.execute(sa.insert(channels).values(name=STAFF_BOT, since=now, **values))


def disable_leavers(connection: sa.Connection, config: Config, now: datetime, journal: Journal) -> tuple[str, ...]:
    """Nobody who has left by today is one of us any more; return who were until now. What they own is the caller's business."""
    names = leavers(connection, config, now)
    if names:
        values = {"enabled": False, "on_duty": False, "duty_since": now, "duty_changes_at": None}
        connection.execute(sa.update(agents).where(agents.c.name.in_(names)).values(values))
        unlink_telegram(connection, names, why="left", journal=journal)
    for name in names:
        journal.add(EventKind.AGENT_DISABLED, agent=name)
        end_sessions(connection, name, journal=journal)
        revoke_tokens(connection, name, journal=journal)
    return names


def leavers(connection: sa.Connection, config: Config, now: datetime) -> tuple[str, ...]:
    """Who is one of us in the store and, by the file, no more today."""
    today = _today(config, now)
    staying = [name for name, settings in config.agents.items() if settings.is_here(today)]
    leaving = sa.select(agents.c.name).where(agents.c.enabled, agents.c.name.not_in(staying)).order_by(agents.c.name)
    return tuple(connection.scalars(leaving))


def _today(config: Config, now: datetime) -> date:
    return now.astimezone(ZoneInfo(config.service.timezone)).date()
