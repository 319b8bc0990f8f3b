"""How much slower than alone on an idle machine things go just now; limits in seconds are stretched by it."""

from __future__ import annotations

import time

WORK_SECONDS = 0.3


def slowness() -> float:
    """Wall-clock time over processor time of a short piece of work: 1 on an idle machine, 3 where two others compete."""
    wall, own = time.perf_counter(), time.process_time()
    while time.process_time() - own < WORK_SECONDS:
        sum(range(1000))
    return max(1.0, (time.perf_counter() - wall) / (time.process_time() - own))
