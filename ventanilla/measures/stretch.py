"""One timed stretch of a case, as the events have it, before anybody asks what was promised. Knows no calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ventanilla.measures.terms import CaseFacts
from ventanilla.words import Ended, Metric


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A time that a clock did not count, because the house waited on the customer. `end` is None while it lasts."""

    start: datetime
    end: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `started_at` until `stopped_at` (None: it runs), both UTC. `number` counts from 1 within its case and metric.

    `agent` is who is credited. `no_later_than` is a due time that a merged case brought with it: the survivor keeps the earlier;
    `brought_by` are the cases that did. `facts` are what the case was when this ended (or is, while it runs). `event_id` is the
    event that began it: which version of the file was in force then, those before it say. `answered_at`, of a legal clock alone,
    is the first answer.
    """

    metric: Metric
    number: int
    started_at: datetime
    facts: CaseFacts
    event_id: int = 0
    stopped_at: datetime | None = None
    ended: Ended | None = None
    agent: str | None = None
    team: str | None = None
    name: str = ""
    pauses: tuple[Pause, ...] = ()
    no_later_than: datetime | None = None
    brought_by: tuple[int, ...] = ()
    answered_at: datetime | None = None
