"""One timed stretch of a case, as the events have it, before anybody asks what was promised. Knows no calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ventanilla.words import Ended, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time that a clock did not count, because the house waited on the customer. `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `started_at` until `stopped_at` (None: it runs), both UTC. `number` counts from 1 within its case and metric.

    `agent` is who is credited. `no_later_than` is a due time that a merged case brought with it: the survivor keeps the earlier.
    """

    metric: Metric
    number: int
    started_at: datetime
    stopped_at: datetime | None = None
    ended: Ended | None = None
    agent: str | None = None
    team: str | None = None
    name: str = ""
    pauses: tuple[Pause, ...] = ()
    no_later_than: datetime | None = None
