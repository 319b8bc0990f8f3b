"""How fast things may go: the arithmetic of token buckets, pure, and buckets in this process's memory. Knows no provider.

A bucket is one number: the moment at which it will be full again. (The generic cell rate algorithm, ITU-T I.371.)
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`burst` things at once, and then one every `seconds`. `key` names what is counted together."""

    key: str
    seconds: float
    burst: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Not now: so many seconds from now at the earliest, because of that pace."""

    key: str
    seconds: float


class Limiter(Protocol):
    """Where the buckets are kept. Used by several threads; never raises."""

    def take(self, paces: Sequence[Pace]) -> Wait | None:
        """Take one token of each of these buckets, or, where any is empty, none at all: then how long to wait."""

    def shut(self, pace: Pace, seconds: float) -> None:
        """Nothing more for so long: the provider says so itself."""


def wait_for(paces: Sequence[Pace], full_at: Mapping[str, float], now: float) -> Wait | None:
    """What keeps one more thing of all these paces from going now, longest first; None when it may. `full_at` in seconds of the
    same clock as `now`; a bucket that is not in it is full."""
    waits = [Wait(key=pace.key, seconds=opens_at(pace, full_at) - now) for pace in paces]
    longest = max(waits, key=lambda wait: wait.seconds, default=None)
    return longest if longest is not None and longest.seconds > 0 else None


def opens_at(pace: Pace, full_at: Mapping[str, float]) -> float:
    """When this bucket has, or had, a token: it holds `burst` of them when it is full."""
    return full_at.get(pace.key, float("-inf")) - (pace.burst - 1) * pace.seconds


def after_taking(pace: Pace, full_at: float, now: float) -> float:
    """When the bucket is full again once a token more is gone."""
    return max(full_at, now) + pace.seconds


def after_shutting(pace: Pace, full_at: float, now: float, seconds: float) -> float:
    """When the bucket is full again if it must have no token for so long."""
    return max(full_at, now + seconds + (pace.burst - 1) * pace.seconds)


class LocalLimiter:
    """Buckets of this process alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, paces: Sequence[Pace]) -> Wait | None:
        """See `Limiter`."""
        with self._lock:
            now = self._clock()
            self._full_at = {key: at for key, at in self._full_at.items() if at > now}
            wait = wait_for(paces, self._full_at, now)
            if wait is None:
                self._full_at |= {pace.key: after_taking(pace, self._full_at.get(pace.key, now), now) for pace in paces}
            return wait

    def shut(self, pace: Pace, seconds: float) -> None:
        """See `Limiter`."""
        with self._lock:
            now = self._clock()
            self._full_at[pace.key] = after_shutting(pace, self._full_at.get(pace.key, now), now, seconds)
