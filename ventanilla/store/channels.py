"""How each channel fares: when it last pulled, what is wrong with which part of it, what would cure it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import channels
from ventanilla.words import EventKind

SENDING = "sending"
"""The part of a channel that sends; the other parts are its sources, by their names."""
TellTrouble = Callable[[sa.Connection, str, str, str], None]
"""(connection, channel, problem, cure): a channel has just been paused; somebody must know."""
_WELL: dict[str, Any] = {
    "failures": 0,
    "retry_at": None,
    "paused_at": None,
    "problem": None,
    "problem_part": None,
    "cure": None,
}


def channel_row(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    """The channel's row; None before it was first configured."""
    return connection.execute(sa.select(channels).where(channels.c.name == name)).one_or_none()


def note_pull(store: Store, name: str, part: str, *, now: datetime, items: int) -> bool:
    """A pull from this source went well: forget what was wrong with it. Returns whether that resumes a paused channel."""
    with store.write() as connection:
        values = {"last_pull_at": now} | ({"last_item_at": now} if items else {})
        connection.execute(sa.update(channels).where(channels.c.name == name).values(values))
        return note_well(connection, name, part, now=now)


def note_well(connection: sa.Connection, name: str, part: str, *, now: datetime) -> bool:
    """Nothing is wrong with this part of the channel any more. Returns whether that resumes a paused channel."""
    row = channel_row(connection, name)
    if row is None or row.problem_part != part:
        return False
    connection.execute(sa.update(channels).where(channels.c.name == name).values(_WELL))
    if row.paused_at is not None:
        journal = Journal(now=now, actor="connector")
        journal.add(EventKind.CHANNEL_RESUMED, channel=name)
        journal.flush(connection)
    return row.paused_at is not None


def note_trouble(
    connection: sa.Connection,
    name: str,
    part: str,
    *,
    problem: str,
    cure: str,
    pause: bool,
    retry_at: datetime,
    now: datetime,
    tell: TellTrouble | None = None,
) -> bool:
    """A pull or a send failed. Returns whether this is what pauses the channel (it was not paused before); then somebody is told
    in the same transaction.

    A passing trouble of one part does not hide what pauses another.
    """
    row = channel_row(connection, name)
    if row is None or (row.paused_at is not None and not pause and row.problem_part != part):
        return False
    pauses = pause and row.paused_at is None
    values: dict[str, Any] = {"problem": problem, "problem_part": part, "cure": cure, "retry_at": retry_at}
    values["failures"] = channels.c.failures + 1
    if pauses:
        values["paused_at"] = now
        journal = Journal(now=now, actor="connector")
        journal.add(EventKind.CHANNEL_PAUSED, channel=name)
        journal.flush(connection)
    connection.execute(sa.update(channels).where(channels.c.name == name).values(values))
    if pauses and tell is not None:
        tell(connection, name, problem, cure)
    return pauses
