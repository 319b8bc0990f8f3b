"""The loop that asks a provider what became of what it took: for whoever cannot be called by it, and for calls that were lost.

Each message is asked after a few times, more and more rarely, and for some hours. Knows no vendor.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from ventanilla.channel import DeliveryReport, Follower
from ventanilla.errors import Permanent, Temporary
from ventanilla.processes import this_process
from ventanilla.store.deliveries import Failed, note_reports
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease
from ventanilla.store.on_the_way import on_the_way

log = structlog.get_logger(__name__)

AGES = tuple(timedelta(seconds=each) for each in (15, 60, 300, 1200, 3600, 4 * 3600))
"""How old a message is when it is asked after."""
IF_CALLED = timedelta(minutes=5)
"""Where the provider calls us, it is asked only about what it has said nothing of by this age."""
AT_ONCE = 50
IDLE = 5.0
AFTER_TROUBLE = 60.0
LEASE = timedelta(minutes=2)


@dataclass(slots=True, kw_only=True)
class Following:
    """Follows what one channel sent until told to stop. `make` is called when there is something to ask; `failed` says what to do
    about what did not arrive; `first` is the youngest age that is asked after."""

    channel: str
    store: Store
    make: Callable[[], Follower | None]
    failed: Failed
    clock: Callable[[], datetime]
    first: timedelta = timedelta(0)
    stop: threading.Event = field(default_factory=threading.Event)
    _follower: Follower | None = None
    _looked: dict[int, int] = field(default_factory=dict)

    def run(self) -> None:
        """Until `stop`. Never raises: what cannot be asked now is asked later."""
        while not self.stop.wait(IDLE):
            try:
                self.follow_due()
            except (Temporary, Permanent) as error:
                log.warning("reports_not_asked_for", channel=self.channel, problem=str(error))
                self.stop.wait(AFTER_TROUBLE)
            except Exception:
                log.exception("following_failed", channel=self.channel)
                self.stop.wait(AFTER_TROUBLE)
        if self._follower is not None:
            self._follower.close()

    def follow_due(self) -> int:
        """Ask after what is due; return how many reports changed something. Raises Temporary, LoginRefused, Permanent."""
        now = self.clock()
        rows = on_the_way(self.store, self.channel, since=now - 2 * AGES[-1])
        self._looked = {row.id: self._looked[row.id] for row in rows if row.id in self._looked}
        due = [row for row in rows if self._is_due(row, now)][:AT_ONCE]
        if not due or not self._is_mine(now):
            return 0
        self._follower = self._follower or self.make()
        if self._follower is None:
            return 0
        changed = 0
        for row in due:
            if self.stop.is_set():
                break
            reports = self._ask(self._follower, row)
            changed += note_reports(self.store, self.channel, reports, now=self.clock(), failed=self.failed)
            self._looked[row.id] = _passed(now - row.sent_at)
        return changed

    def _is_due(self, row: Any, now: datetime) -> bool:
        """Whether an age has been reached since it was last asked after. What a process before us asked is asked once more."""
        age = now - row.sent_at
        return age >= self.first and _passed(age) > self._looked.get(row.id, 0)

    def _is_mine(self, now: datetime) -> bool:
        """One process at a time asks for a channel."""
        lease = acquire_lease(self.store, f"follow {self.channel}", holder=this_process(), ttl=LEASE, now=now)
        return lease is not None

    def _ask(self, follower: Follower, row: Any) -> Sequence[DeliveryReport]:
        first, *others = row.parts or [row.external_id]
        asked = [follower.report(first), *(follower.report(part, part_of=first) for part in others if part)]
        return [report for report in asked if report is not None]


def _passed(age: timedelta) -> int:
    return sum(age >= each for each in AGES)
