"""Whether a clock's promise was met, broken, or is still to be seen. Pure: one row of `clocks` and a moment in, one word out."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ventanilla.words import Ended

SATISFIED = (Ended.REPLIED, Ended.RESOLVED, Ended.ASSIGNED, Ended.ACCEPTED, Ended.REOPENED, Ended.RELEASED)


class Verdict(StrEnum):
    """What became of a promise."""

    NOTHING_PROMISED = "nothing_promised"
    MET = "met"
    BROKEN = "broken"
    OVERDUE = "overdue"
    RUNNING = "running"
    PAUSED = "paused"
    OTHERWISE = "otherwise"


def verdict(clock: sa.Row[Any], now: datetime) -> Verdict:
    """How one clock stands at `now`. One that ended otherwise than by what it waited for has met nothing."""
    if clock.within is None and clock.due_at is None:
        return Verdict.NOTHING_PROMISED
    late = clock.breached_at is not None or (clock.due_at is not None and (clock.stopped_at or now) > clock.due_at)
    if clock.stopped_at is None:
        return Verdict.OVERDUE if late else Verdict.PAUSED if clock.paused_since is not None else Verdict.RUNNING
    if clock.due_at is None and clock.within is not None:
        late = late or clock.business > clock.within
    if late:
        return Verdict.BROKEN
    return Verdict.MET if clock.ended in SATISFIED else Verdict.OTHERWISE
