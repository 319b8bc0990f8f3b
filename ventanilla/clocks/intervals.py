"""From windows on the wall clock to intervals in UTC, over every jump of the clock; knows no seasons and no holidays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ventanilla.clocks.hours import Windows
from ventanilla.clocks.zones import stretches

_DAY = timedelta(days=1)


class Interval(NamedTuple):
    """Open from `opens` up to, not including, `closes`; both aware UTC."""

    opens: datetime
    closes: datetime


def open_intervals(
    zone: ZoneInfo, windows: Callable[[date], Windows], start: datetime, end: datetime
) -> tuple[Interval, ...]:
    """When within [start, end), UTC, the wall clock shows a time inside a window of its date or of the night before.

    In order, none touching another.
    """
    found = []
    for first, last, offset in stretches(zone, start, end):
        for opens, closes in _on_the_wall(windows, first + offset, last + offset):
            found.append(Interval(opens - offset, closes - offset))
    return _joined(sorted(found))


def _on_the_wall(windows: Callable[[date], Windows], start: datetime, end: datetime) -> Iterator[Interval]:
    """Windows cut to [start, end) of one unbroken run of the wall clock, whose times are written here as if UTC."""
    midnight = start.replace(hour=0, minute=0, second=0) - _DAY
    while midnight < end:
        for window in windows(midnight.date()):
            opens = max(start, midnight + timedelta(seconds=window.start))
            closes = min(end, midnight + timedelta(seconds=window.end))
            if opens < closes:
                yield Interval(opens, closes)
        midnight += _DAY


def _joined(pieces: Sequence[Interval]) -> tuple[Interval, ...]:
    result: list[Interval] = []
    for piece in pieces:
        if result and piece.opens <= result[-1].closes:
            result[-1] = Interval(result[-1].opens, max(result[-1].closes, piece.closes))
        else:
            result.append(piece)
    return tuple(result)
