"""How each channel fares: when it last pulled, what is wrong with it, what would cure it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import channels
from ventanilla.words import EventKind


def channel_row(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    """The channel's row; None before it was first configured."""
    return connection.execute(sa.select(channels).where(channels.c.name == name)).one_or_none()


def note_pull(store: Store, name: str, *, now: datetime, items: int) -> bool:
    """A pull went well: forget what was wrong. Returns whether the channel had been paused."""
    with store.write() as connection:
        row = channel_row(connection, name)
        was_paused = row is not None and row.paused_at is not None
        values: dict[str, Any] = {"last_pull_at": now, "failures": 0, "retry_at": None}
        values |= {"paused_at": None, "problem": None, "cure": None}
        if items:
            values["last_item_at"] = now
        connection.execute(sa.update(channels).where(channels.c.name == name).values(values))
        if was_paused:
            journal = Journal(now=now, actor="connector")
            journal.add(EventKind.CHANNEL_RESUMED, channel=name)
            journal.flush(connection)
    return was_paused


def note_trouble(
    connection: sa.Connection, name: str, *, problem: str, cure: str, pause: bool, retry_at: datetime, now: datetime
) -> bool:
    """A pull or a send failed. Returns whether this is what pauses the channel (it was not paused before)."""
    row = channel_row(connection, name)
    pauses = pause and row is not None and row.paused_at is None
    values: dict[str, Any] = {
        "problem": problem,
        "cure": cure,
        "retry_at": retry_at,
        "failures": channels.c.failures + 1,
    }
    if pauses:
        values["paused_at"] = now
        journal = Journal(now=now, actor="connector")
        journal.add(EventKind.CHANNEL_PAUSED, channel=name)
        journal.flush(connection)
    connection.execute(sa.update(channels).where(channels.c.name == name).values(values))
    return pauses
