"""Who is on duty: shifts and absences, exact to the second. Reads the store, writes presence, moves no case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.clocks.calendar import Calendar
from ventanilla.store.agents import absences_of, due_for_presence, is_presence_due, set_presence
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.words import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """Whether somebody is on duty, and when that changes next (None: not by itself)."""

    on_duty: bool
    changes_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """An absence; without `until` it lasts until they come back."""

    since: datetime
    until: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        return self.since <= moment and (self.until is None or moment < self.until)


def presence_at(moment: datetime, calendar: Calendar, absences: Sequence[Away]) -> Presence:
    """On duty while the shift is open and no absence covers the moment. Pure."""
    away = any(absence.covers(moment) for absence in absences)
    edges = [edge for absence in absences for edge in (absence.since, absence.until) if edge and edge > moment]
    shift_change = calendar.next_change(moment)
    if shift_change is not None:
        edges.append(shift_change)
    return Presence(on_duty=calendar.is_open(moment) and not away, changes_at=min(edges, default=None))


def keep_presence(store: Store, house: House, journal: Journal) -> list[str]:
    """Refresh presence in a transaction of its own, if anybody's is due: agents are locked last elsewhere, so never here
    within another's. Returns whose presence changed."""
    with store.read() as connection:
        if not is_presence_due(connection, now=journal.now):
            return []
    with store.write() as connection:
        changed = refresh_presence(connection, house, journal)
        journal.flush(connection)
    return changed


def refresh_presence(connection: sa.Connection, house: House, journal: Journal) -> list[str]:
    """Work out afresh whoever's presence was to change by now; return those who went off duty or came on.

    The change is stamped with its own time (the shift's edge), not with the time of this look. A repeat changes nothing.
    """
    now = journal.now
    due = due_for_presence(connection, now=now)
    away: dict[str, list[Away]] = {}
    for row in absences_of(connection, [agent.name for agent in due], now=now) if due else ():
        away.setdefault(row.agent, []).append(Away(since=row.starts_at, until=row.ends_at))
    return [agent.name for agent in due if _refresh(connection, house, agent, away.get(agent.name, []), journal)]


def _refresh(
    connection: sa.Connection, house: House, agent: sa.Row[Any], absences: Sequence[Away], journal: Journal
) -> bool:
    settings = house.config.agents.get(agent.name)
    if settings is None or not agent.enabled or not settings.is_here(house.today(journal.now)):
        presence = Presence(on_duty=False, changes_at=None)
    else:
        presence = presence_at(journal.now, house.calendar(settings.calendar), absences)
    changed = presence.on_duty != bool(agent.on_duty)
    at = min(agent.duty_changes_at, journal.now)
    since = at if changed or agent.duty_since is None else agent.duty_since
    set_presence(connection, agent.name, on_duty=presence.on_duty, since=since, changes_at=presence.changes_at)
    if changed:
        journal.add(EventKind.PRESENCE, at=at, agent=agent.name, data={"on_duty": presence.on_duty})
    return changed
