"""How fast each program may ask: a bucket a token, filled evenly. In memory, of one process; bounded however many come."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil


@dataclass(slots=True, kw_only=True)
class Pace:
    """At most `burst` requests at once and `rate` a second for each mark. Of more than `most` marks the one that has been quiet
    longest is forgotten, which gives it a full bucket. Used by one event loop."""

    clock: Callable[[], float]
    rate: float = 20.0
    burst: int = 200
    most: int = 10_000
    _buckets: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def take(self, mark: str) -> int:
        """0 where this mark may ask now; else after how many whole seconds it may."""
        now = self.clock()
        left, since = self._buckets.pop(mark, (float(self.burst), now))
        left = min(float(self.burst), left + (now - since) * self.rate)
        waits = 0 if left >= 1 else ceil((1 - left) / self.rate) or 1
        self._buckets[mark] = (left - 1 if not waits else left, now)
        while len(self._buckets) > self.most:
            self._buckets.popitem(last=False)
        return waits
