"""Forgets what is due while the service runs, at a pace that keeps nobody waiting, and only what somebody agreed to.

Its list of work is in memory and nothing depends on it: whoever comes next looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import monotonic

import structlog

from router.house import House
from router.retention.forgetting import Step, forget_due
from router.retention.terms import Terms, agreement, covers, terms_of
from router.timekeeping.keeper import catch_up, works_afresh
from ventanilla.store.engine import Store

log = structlog.get_logger(__name__)

REST = timedelta(hours=1)
PATIENCE = 1.0
_EVENTS = 2000


class RetentionKeeper:
    """One process's part in it."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock
        self._work: Iterator[Step] | None = None
        self._look_at: datetime | None = None
        self._told_at: datetime | None = None

    def keep(self, house: House, *, now: datetime) -> int:
        """A second's work at the most (a piece is begun only before that); how many cases it forgot. Where nothing is due it looks
        again in an hour."""
        if self._work is None:
            if self._look_at is not None and self._look_at - REST <= now < self._look_at:
                return 0
            self._work = self._begin(house, now=now)
        return 0 if self._work is None else self._go_on(self._work, now=now)

    def _begin(self, house: House, *, now: datetime) -> Iterator[Step] | None:
        self._look_at = now + REST
        terms = terms_of(house.config.retention)
        if not terms.any:
            return None
        with self._store.read() as connection:
            agreed, afresh = agreement(connection), works_afresh(connection)
        if not covers(agreed, terms):
            self._tell(terms, now=now)
            return None
        if afresh or catch_up(self._store, house, now=now, limit=_EVENTS) >= _EVENTS:  # legal deadlines must be known
            self._look_at = now
            return None
        return forget_due(self._store, house, terms, clock=self._clock)

    def _go_on(self, work: Iterator[Step], *, now: datetime) -> int:
        began, cases = monotonic(), 0
        try:
            while monotonic() - began < PATIENCE:
                step = next(work, None)
                if step is None:
                    self._work = None
                    return cases
                cases += step["cases"]
        except BaseException:
            self._work, self._look_at = None, now + timedelta(minutes=1)
            raise
        finally:
            if cases:
                log.info("forgotten_by_age", cases=cases)
        return cases

    def _tell(self, terms: Terms, *, now: datetime) -> None:
        """Once a day: that nothing is forgotten yet."""
        if self._told_at is None or now - self._told_at >= timedelta(days=1):
            self._told_at = now
            log.warning("retention_waits", **terms.written(), cure="ventanilla retention")
