"""Counts what came in by channel and hour, from the ledger, without reading it twice. Decides nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.quiet.usual import WEEKS
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState

KEPT = timedelta(weeks=WEEKS, days=14)
STEP = 5_000
AGAIN = timedelta(hours=24)
_HEARD = (InboxState.PENDING, InboxState.ROUTED, InboxState.QUARANTINED)
_FROM = sa.select(inbox.c.pulled_at).where(inbox.c.id >= sa.bindparam("number")).order_by(inbox.c.id).limit(1)
_NEWER = (
    sa.select(inbox.c.id, inbox.c.channel, inbox.c.state, inbox.c.received_at, inbox.c.note)
    .where(inbox.c.id > sa.bindparam("last"))
    .order_by(inbox.c.id)
    .limit(STEP)
)


class Arrivals:
    """What came in from customers in the last weeks, as one process knows it: read whole once a day, else only what is new.

    What was screened does not count: a mailbox whose web form broke still gets newsletters. Nor does what our own people sent.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last = 0
        self._read_at: datetime | None = None
        self.by_hour: dict[str, Counter[datetime]] = {}
        self.newest: dict[str, datetime] = {}
        self.first: dict[str, datetime] = {}

    def refresh(self, now: datetime) -> None:
        """Read what is new. Raises Temporary."""
        if self._read_at is None or now - self._read_at > AGAIN:
            self.by_hour, self.newest, self.first = defaultdict(Counter), {}, {}
            self._last = self._before(now - KEPT)
            self._read_at = now
        while True:
            with self._store.read() as connection:
                rows = connection.execute(_NEWER, {"last": self._last}).all()
            for row in rows:
                self._note(row)
            if len(rows) < STEP:
                return

    def _note(self, row: Any) -> None:
        self._last = max(self._last, row.id)
        if row.state not in _HEARD or (row.note or "").startswith(OUTBOUND):
            return
        at = row.received_at
        self.by_hour[row.channel][at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1
        self.newest[row.channel] = max(at, self.newest.get(row.channel, at))
        self.first[row.channel] = min(at, self.first.get(row.channel, at))

    def _before(self, moment: datetime) -> int:
        """The last row that was pulled before then: found by halving, since only ids have an index."""
        with self._store.read() as connection:
            low, high = 0, connection.scalar(sa.select(sa.func.max(inbox.c.id))) or 0
            while low < high:
                middle = (low + high + 1) // 2
                pulled = connection.scalar(_FROM, {"number": middle})
                if pulled is not None and pulled < moment:
                    low = middle
                else:
                    high = middle - 1
        return low
