"""Warns of promises at risk and records those that are broken, once each, at the moment they came to it. Safe to repeat, and to run
on several machines at once.

Each case is a transaction of its own, under the case's lock and the books': the clock and the case are looked at again, the clock
is marked only if nobody has, and the event and what people are told are written with that or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.promises.crowd import crowded
from router.promises.overdue import late_clocks, still_holds
from router.promises.telling import Late, tell, whom
from ventanilla.store.books import lock_books
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, events

_CASES = sa.select(conversations).where(conversations.c.id.in_(sa.bindparam("ids", expanding=True)))


def warn_and_break(
    store: Store, house: House, journal: Journal, *, limit: int = 1000, patience: float | None = None
) -> int:
    """Record and tell what has come to its warning or its due time by now; return how many events that made.

    An event's time is the clock's own, never that of this look. One person gets up to ten alerts by themselves, of more a list.
    After `patience` seconds the rest is left for the next look: a backlog must not keep others waiting.
    """
    with store.read() as connection:
        late = late_clocks(connection, house, now=journal.now, limit=limit)
        crowd = _crowd(connection, house, late, now=journal.now)
    recorded, began = 0, monotonic()
    for number, one in enumerate(late):
        if patience is not None and number and monotonic() - began > patience:
            break
        with store.write() as connection:
            recorded += _record(connection, house, one, journal, crowd)
            journal.flush(connection)
    return recorded


def _crowd(connection: sa.Connection, house: House, late: Sequence[Late], *, now: datetime) -> frozenset[str]:
    """Who would be told of too many at once."""
    ids = [one.clock.conversation_id for one in late]
    cases = {row.id: row for row in connection.execute(_CASES, {"ids": ids})} if ids else {}
    counted: Counter[str] = Counter()
    for one in late:
        counted.update(
            reader.agent for reader in whom(connection, house, cases[one.clock.conversation_id], one, now=now)
        )
    return crowded(connection, dict(counted), now=now)


def _record(connection: sa.Connection, house: House, late: Late, journal: Journal, crowd: frozenset[str]) -> bool:
    lock_books(connection)  # before the case, as whoever keeps the clocks does
    case = lock_case(connection, late.clock.conversation_id)
    clock = still_holds(connection, case, late, now=journal.now)
    if clock is None or not _mark(connection, late, now=journal.now) or _is_in_log(connection, late):
        return False
    told = tell(connection, house, case, late, crowded=crowd, now=journal.now)
    data = {
        "metric": clock.metric,
        "number": clock.number,
        "promise": clock.promise,
        "due_at": clock.due_at.isoformat(),
    }
    data |= {"name": clock.name} if clock.name else {}
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
    journal.add(late.kind, at=late.at, data={**data, "told": told}, **ids)
    return True


def _mark(connection: sa.Connection, late: Late, *, now: datetime) -> bool:
    """Note in the clock's row when it was told, if the row stands as it was seen; whether it did."""
    seen = late.clock
    same: Any = clocks.c.stopped_at.is_(None)
    for name in ("conversation_id", "metric", "number", "due_at", "warned_at", "breached_at"):
        value = getattr(seen, name)
        same &= clocks.c[name].is_(None) if value is None else clocks.c[name] == value
    column = clocks.c.breached_at if late.is_broken else clocks.c.warned_at
    return connection.execute(sa.update(clocks).where(same).values({column: now})).rowcount == 1


def _is_in_log(connection: sa.Connection, late: Late) -> bool:
    """Whether the very same was recorded before: a clock worked out afresh from the events knows less than they do."""
    seen = late.clock
    query = sa.select(events.c.data).where(events.c.conversation_id == seen.conversation_id, events.c.kind == late.kind)
    found = connection.scalars(query.where(events.c.at == late.at))
    return any((data.get("metric"), data.get("number")) == (seen.metric, seen.number) for data in found)
