"""What terms make of a stretch: how long it took, both ways, and by when it had to be over. Pure; asks no clock.

Lengths are exact. Open time is the calendar's, less what falls in pauses; a due time is the moment by which so much of it has
passed, wherever the pauses lie.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ventanilla.clocks.calendar import Calendar, NeverOpens
from ventanilla.measures.stretch import Stretch
from ventanilla.measures.terms import Deadline, Terms

_ZERO = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """A stretch under its terms. `elapsed` and `business` are None while it runs; `paused` is what pauses came to so far, elapsed
    time, and `paused_since` the one that lasts. `due_at` is None while paused, and where nothing is promised."""

    elapsed: timedelta | None
    business: timedelta | None
    paused: timedelta
    paused_since: datetime | None
    within: timedelta | None = None
    target: int | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None


def timed(stretch: Stretch, terms: Terms) -> Timing:
    """How long it took and when it is due, under what is committed for its metric."""
    stop, calendar = stretch.stopped_at, terms.calendar
    runs = list(_running(stretch))
    last = stretch.pauses[-1] if stretch.pauses else None
    pending = last.start if last is not None and last.end is None and stop is None else None
    committed = terms.committed.get(stretch.metric)
    opened = [calendar.open_between(start, end) for start, end in runs if end is not None]
    due = warn = None
    if committed is not None:
        due = _reached(runs, opened, committed.within, calendar, pending=pending, stop=stop)
        warn = _reached(runs, opened, committed.within * terms.warn_at / 100, calendar, pending=pending, stop=stop)
        due, warn = _no_later(due, warn, stretch.no_later_than)
    return Timing(
        elapsed=None if stop is None else stop - stretch.started_at,
        business=None if stop is None else sum(opened, _ZERO),
        paused=sum((pause.end - pause.start for pause in stretch.pauses if pause.end is not None), _ZERO),
        paused_since=pending,
        within=committed.within if committed else None,
        target=committed.target if committed else None,
        due_at=due,
        warn_at=warn if due is not None else None,
    )


def timed_by_law(stretch: Stretch, deadline: Deadline, terms: Terms) -> Timing:
    """The same for a deadline of the law, which pauses for nothing: warned of when that share of the days has gone by."""
    stop, start = stretch.stopped_at, stretch.started_at
    warn = start + (deadline.due_at - start) * terms.warn_at / 100
    due, warned = _no_later(deadline.due_at, warn, stretch.no_later_than)
    return Timing(
        elapsed=None if stop is None else stop - start,
        business=None if stop is None else terms.calendar.open_between(start, stop),
        paused=_ZERO,
        paused_since=None,
        due_at=due,
        warn_at=warned,
    )


def _no_later(
    due: datetime | None, warn: datetime | None, limit: datetime | None
) -> tuple[datetime | None, datetime | None]:
    if due is None or limit is None or due <= limit:
        return due, warn
    return limit, warn if warn is None else min(warn, limit)


def _running(stretch: Stretch) -> Iterator[tuple[datetime, datetime | None]]:
    """The times in which it counted, in order; the last may last on."""
    at: datetime = stretch.started_at
    for pause in stretch.pauses:
        if pause.start > at:
            yield at, pause.start
        if pause.end is None:
            return
        at = pause.end
    if stretch.stopped_at is None or stretch.stopped_at > at:
        yield at, stretch.stopped_at


def _reached(
    runs: Sequence[tuple[datetime, datetime | None]],
    opened: Sequence[timedelta],
    within: timedelta,
    calendar: Calendar,
    *,
    pending: datetime | None,
    stop: datetime | None,
) -> datetime | None:
    """When so much open time had passed, or will have if it runs on from here; None where it is paused before that, or where the
    calendar stays closed. One that has stopped is asked as if it had run on: it was in time if that is later."""
    left = within
    try:
        for (start, end), length in zip(runs, [*opened, None], strict=False):
            if end is None or length is None or length >= left:
                return calendar.add(start, left)
            left -= length
        if pending is not None:
            return None
        return calendar.add(stop, left) if stop is not None else None
    except NeverOpens:
        return None
