"""The time by which the house goes: its store's server's where machines meet at one, else this machine's. It asks nobody itself.

Several machines must agree on when a lease lapses and when a letter is due, and a machine's clock may be minutes off. So a
process that was told the server's time once counts on from there by a clock that nobody sets.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

# How far a new answer may be from what was counted before it counts (seconds): answers take a moment to arrive.
TOLERANCE = 0.1
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


class HouseTime:
    """One process's idea of the house's time. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: tuple[datetime, float] | None = None

    @property
    def is_told(self) -> bool:
        """Whether anybody but this machine has said what time it is."""
        return self._known is not None

    def now(self) -> datetime:
        """The time, in UTC: counted on from what `follow` was told, else this machine's."""
        if self._known is None:
            return datetime.now(UTC)
        told, at = self._known
        return told + timedelta(seconds=ticks() - at)

    def follow(self, told: datetime, *, at: float) -> None:
        """The server's time was `told` when `ticks()` was `at`. An answer that agrees with what was counted changes nothing."""
        if self._known is not None:
            counted = self._known[0] + timedelta(seconds=at - self._known[1])
            if abs((told - counted).total_seconds()) <= TOLERANCE:
                return
        self._known = (told, at)

    def follow_nobody(self) -> None:
        """Go by this machine's own clock again."""
        self._known = None


_HOUSE = HouseTime()


def ticks() -> float:
    """Seconds by a clock that nobody sets, from no particular moment on."""
    return time.clock_gettime(_CLOCK)


def house_now() -> datetime:
    """The time of this process's house, in UTC."""
    return _HOUSE.now()


def house_seconds() -> float:
    """The same in seconds since 1970."""
    return house_now().timestamp()


def house_millis() -> int:
    """The same in milliseconds since 1970."""
    return int(house_seconds() * 1000)


def house_time() -> HouseTime:
    """What `house_now` goes by."""
    return _HOUSE
