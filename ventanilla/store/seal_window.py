"""From which event on unsealed ones are looked for, so that a log of millions is not read each second. Seals nothing.

On SQLite events are committed in the order of their ids. On PostgreSQL one with a lower id can appear after one with a higher:
what was sealed counts as settled once every transaction that ran when it was seen has ended; once a day all are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

_SETTLES = timedelta(seconds=10)
"""A number is drawn a moment before its transaction has one of its own: nothing counts as settled sooner."""
_ALL_AGAIN = timedelta(days=1)
_SNAPSHOT = sa.text(
    "SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS next FROM pg_current_snapshot() AS s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """`begins`: look at events with a higher id. `settled`: up to here no other event can appear (`begins` is lower once a day).
    `mark`: what is to be settled next (id, xid, at). `ripe`: it is, once what the window shows was sealed. `looked`: when all
    were looked at (PostgreSQL alone)."""

    begins: int
    settled: int
    mark: Mapping[str, Any] | None = None
    ripe: bool = False
    looked: str | None = None


def open_window(connection: sa.Connection, note: Mapping[str, Any], *, now: datetime) -> Window:
    """The window that `note` (as `move_window` returned it; empty at first) stands for now."""
    settled, mark, looked = int(note.get("settled", 0)), note.get("mark"), note.get("looked")
    if connection.dialect.name == "sqlite":
        return Window(begins=settled, settled=settled)
    ripe = mark is not None and _has_settled(connection, mark, now)
    is_due = looked is None or now - datetime.fromisoformat(looked) >= _ALL_AGAIN
    return Window(begins=0 if is_due else settled, settled=settled, mark=mark, ripe=ripe, looked=looked)


def move_window(
    connection: sa.Connection, window: Window, *, to: int, all_seen: bool, now: datetime
) -> Mapping[str, Any]:
    """What to write down after sealing up to the id `to` (0: nothing was new). `all_seen`: nothing within the window was left."""
    if connection.dialect.name == "sqlite":
        return {"settled": max(window.settled, to)}
    settled, mark, looked = window.settled, window.mark, window.looked
    if mark is not None and window.ripe and all_seen:
        settled, mark = max(settled, int(mark["id"])), None
    if mark is None and to > settled:
        mark = {"id": to, "xid": connection.execute(_SNAPSHOT).one().next, "at": now.isoformat()}
    if all_seen and (looked is None or window.begins < window.settled):
        looked = now.isoformat()
    return {"settled": settled, **({"mark": mark} if mark else {}), **({"looked": looked} if looked else {})}


def _has_settled(connection: sa.Connection, mark: Mapping[str, Any], now: datetime) -> bool:
    """Every transaction that ran at the mark has ended; or the mark was made by another server, from which this was restored."""
    if now - datetime.fromisoformat(mark["at"]) < _SETTLES:
        return False
    snapshot, marked = connection.execute(_SNAPSHOT).one(), int(mark["xid"])
    return int(snapshot.oldest) >= marked or int(snapshot.next) < marked
