"""Works reports out beside the pages, a few at a time, so that a long one holds nobody up; and keeps them for a moment.

One process's own memory: another process, or this one after it was started anew, works the same report out again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from ventanilla.errors import Temporary

T = TypeVar("T")
AT_ONCE = 2
WAITING = 8
"""Reports under way and in line at most; who comes then is asked to come again."""
FRESH = timedelta(seconds=30)
"""A page shows figures that are this old at most."""
KEPT = timedelta(minutes=5)
"""So long a file is made from the very figures that its page has shown."""


@dataclass(slots=True)
class _Job(Generic[T]):
    future: Future[T]
    asked_at: datetime


@dataclass(slots=True)
class Workshop(Generic[T]):
    """What is being worked out and what was just now, each by its key. Safe to share between threads."""

    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, thread_name_prefix="report"))
    _jobs: dict[Hashable, _Job[T]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(
        self, key: Hashable, make: Callable[[], T], *, now: datetime, patience: float, fresh: timedelta = FRESH
    ) -> T | None:
        """What was made under this key, made now unless one is there that is fresh enough; None where that takes longer than
        `patience` seconds: it goes on, and whoever asks again finds it. Raises what making it raised, Temporary where too much is
        under way."""
        job = self._job(key, make, now=now, fresh=fresh)
        try:
            return job.future.result(timeout=patience)
        except NotYet:
            if not job.future.done():
                return None
            raise
        finally:
            if job.future.done() and job.future.exception() is not None:
                self._forget(key, job)

    def _job(self, key: Hashable, make: Callable[[], T], *, now: datetime, fresh: timedelta) -> _Job[T]:
        with self._lock:
            for old, job in list(self._jobs.items()):
                if job.future.done() and now - job.asked_at > KEPT:
                    del self._jobs[old]
            known = self._jobs.get(key)
            if known is not None and (not known.future.done() or timedelta() <= now - known.asked_at <= fresh):
                return known
            if sum(not job.future.done() for job in self._jobs.values()) >= WAITING:
                raise Temporary("too many reports are being worked out", retry_after=5)
            made = _Job(self._pool.submit(make), now)
            self._jobs[key] = made
            return made

    def _forget(self, key: Hashable, job: _Job[T]) -> None:
        with self._lock:
            if self._jobs.get(key) is job:
                del self._jobs[key]
