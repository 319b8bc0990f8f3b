"""Warns of promises at risk and records those that are broken, once each, at the moment they came to it. Safe to repeat, and to run
on several machines at once.

Each case is a transaction of its own, under the case's lock and the books': the clock and the case are looked at again, the clock
is marked only if nobody has, and the event and what people are told are written with that or not at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
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
from ventanilla.store.tables import clocks, conversations

_CASES = sa.select(conversations).where(conversations.c.id.in_(sa.bindparam("ids", expanding=True)))


def warn_and_break(store: Store, house: House, journal: Journal, *, limit: int = 1000) -> int:
    """Record and tell what has come to its warning or its due time by now; return how many events that made.

    An event's time is the clock's own, never that of this look. One person gets up to ten alerts by themselves, of more a list.
    """
    with store.read() as connection:
        late = late_clocks(connection, house, now=journal.now, limit=limit)
        crowd = _crowd(connection, house, late, now=journal.now)
    recorded = 0
    for one in late:
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
    if clock is None or not _mark(connection, late, now=journal.now):
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
    same: Any = sa.and_(*(clocks.c[name] == getattr(seen, name) for name in ("conversation_id", "metric", "number")))
    same &= clocks.c.stopped_at.is_(None) & (clocks.c.due_at == seen.due_at) & clocks.c.breached_at.is_(None)
    same &= clocks.c.warned_at.is_(None) if seen.warned_at is None else clocks.c.warned_at == seen.warned_at
    column = clocks.c.breached_at if late.is_broken else clocks.c.warned_at
    return connection.execute(sa.update(clocks).where(same).values({column: now})).rowcount == 1
