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
STEP, STEPS = 5_000, 4
"""Rows read at once, and how often in one look: a busy house's weeks are read in several, so that no sweep takes long."""
AGAIN = timedelta(hours=24)
_HEARD = (InboxState.PENDING, InboxState.ROUTED, InboxState.QUARANTINED)
_FROM = sa.select(inbox.c.pulled_at).where(inbox.c.id >= sa.bindparam("number")).order_by(inbox.c.id).limit(1)
_NEWER = (
    sa.select(inbox.c.id, inbox.c.channel, inbox.c.state, inbox.c.received_at, inbox.c.note)
    .where(inbox.c.id > sa.bindparam("last"))
    .order_by(inbox.c.id)
    .limit(sa.bindparam("most"))
)


class Arrivals:
    """What came in from customers in the last weeks, as one process knows it: each row is read once.

    What was screened does not count: a mailbox whose web form broke still gets newsletters. Nor does what our own people sent.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._last: int | None = None
        self._forgot_at: datetime | None = None
        self.by_hour: defaultdict[str, Counter[datetime]] = defaultdict(Counter)
        self.newest: dict[str, datetime] = {}
        self.first: dict[str, datetime] = {}

    def refresh(self, now: datetime) -> bool:
        """Read what is new, a bounded part of it; whether all was read by now. Raises Temporary."""
        if self._last is None:
            self._last = self._before(now - KEPT)
        for _ in range(STEPS):
            with self._store.read() as connection:
                rows = connection.execute(_NEWER, {"last": self._last, "most": STEP}).all()
            for row in rows:
                self._note(row)
            if len(rows) < STEP:
                self._forget(now - KEPT)
                return True
        return False

    def _note(self, row: Any) -> None:
        self._last = row.id
        if row.state not in _HEARD or (row.note or "").startswith(OUTBOUND):
            return
        at = row.received_at
        self.by_hour[row.channel][at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)] += 1
        self.newest[row.channel] = max(at, self.newest.get(row.channel, at))
        self.first[row.channel] = min(at, self.first.get(row.channel, at))

    def _forget(self, before: datetime) -> None:
        """Hours that are no longer looked at, once in a while."""
        if self._forgot_at is None or before - self._forgot_at > AGAIN:
            self._forgot_at = before
            for counts in self.by_hour.values():
                for hour in [hour for hour in counts if hour < before]:
                    del counts[hour]

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
