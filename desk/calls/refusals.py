"""Calls that were not believed: counted in memory and written down now and then, so that a stranger cannot make us write."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime
from time import monotonic

import structlog

from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.hooks import add_refusals

log = structlog.get_logger(__name__)

MOST_REASONS = 20
"""Different reasons kept for a channel between two writes; any more are "other"."""
SAY_EVERY = 1.0


class Refusals:
    """Counts and logs refused calls. Used by several threads at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._said_at = -SAY_EVERY
        self._unsaid = 0

    def note(self, channel: str, reason: str, *, path: str) -> None:
        """One call more; a line in the log at most once a second, with how many it stands for. Nothing of what it said."""
        reason = reason[:80]
        with self._lock:
            reasons = sum(1 for known, _ in self._counts if known == channel)
            if (channel, reason) not in self._counts and reasons >= MOST_REASONS:
                reason = "other"
            self._counts[channel, reason] += 1
            self._unsaid += 1
            if monotonic() - self._said_at < SAY_EVERY:
                return
            self._said_at, times, self._unsaid = monotonic(), self._unsaid, 0
        log.warning("webhook_refused", channel=channel, path=path, reason=reason, calls=times)

    def flush(self, store: Store, *, now: datetime) -> None:
        """Write down what was counted since the last time; while the store is away it is kept for the next."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            add_refusals(store, counts, now=now)
        except Temporary as error:
            log.warning("refusals_not_counted", problem=str(error))
            with self._lock:
                self._counts.update(counts)
