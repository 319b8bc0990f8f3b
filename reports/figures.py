"""What a report says, as data that every form of it (table, CSV, sheet, page, letter) is made from. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How long something took, in seconds, from raw durations. None where nothing was counted."""

    p50: float | None = None
    p90: float | None = None
    p95: float | None = None
    max: float | None = None
    mean: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A committed level beside the normal one: `target` percent within `within` seconds was promised; of those counted
    `within_target` percent were in time, and `target` percent were done within `normal` seconds of the promise's business time
    (None: fewer than that were done at all)."""

    promise: str
    target: int
    within: float
    count: int
    within_target: float | None
    normal: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One metric of one group in one period.

    `count` are those that ended as they should in the period; `otherwise` those that ended otherwise (unanswered, ...), by how.
    `within_target` is the percentage in time of all that were promised a time and are over or overdue: one that was never
    answered, was found to need no answer when it was overdue, or is still open past its due time, was not in time; `promised`
    says how many those are. `still_open` are those running now (counted by their end: at the period's end), `open_ages` their
    spread. `net` is elapsed less the time waiting on the customer. `out_of` and `share` are of `reopened` alone: reopened in
    time, in percent of those resolved.
    """

    group: str
    metric: str
    count: int
    elapsed: Spread
    business: Spread
    within_target: float | None = None
    promised: int = 0
    still_open: int = 0
    overdue: int = 0
    open_ages: Spread = Spread()
    otherwise: dict[str, int] | None = None
    levels: tuple[Level, ...] = ()
    net: Spread = Spread()
    out_of: int | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slow:
    """One of the worst cases: what a manager looks at first. `seconds` elapsed so far where it is still open."""

    key: str
    metric: str
    channel: str
    team: str
    owner: str
    started_on: str
    seconds: float
    business_seconds: float | None
    due_missed_by: float | None
    still_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole report over [`start`, `end`] (days of the house, both included) grouped `by` ("" for one group)."""

    start: date
    end: date
    by: str
    by_end: bool
    figures: tuple[Figure, ...]
    before: tuple[Figure, ...] = ()  # the period of the same length before it
    worst: tuple[Slow, ...] = ()
    arrivals: tuple[tuple[int, int, int], ...] = ()  # weekday 0-6, hour, messages
    backlog: tuple[tuple[str, int], ...] = ()  # age bucket ("0-1d", ...), open cases
    trend: tuple[tuple[str, str, float | None, float | None, int], ...] = ()  # day, metric, p50, p90, count
    distribution: tuple[tuple[str, float, int], ...] = ()  # metric, upper bound of the bucket in seconds, count
    made_at: datetime | None = None  # UTC; as of when the open ones are counted
    zone: str = "UTC"
    only: tuple[tuple[str, str], ...] = ()  # what it was narrowed to: ("team", "atencion")
