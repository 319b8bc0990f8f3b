"""Time zones: where the offset from UTC changes, to the second; knows no opening hours.

Everything that goes from wall clock to UTC here works on stretches of constant offset, within which the two differ by a plain
sum. So there is no time that does not exist and none that exists twice: those are two ends of neighbouring stretches.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from ventanilla.clocks.hours import Problems

_SECOND = timedelta(seconds=1)
_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """From `start` up to `end` (UTC) the zone's wall clock shows UTC plus `offset`."""

    start: datetime
    end: datetime
    offset: timedelta


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; ValueError for a naive datetime, which names no instant."""
    if moment.tzinfo is UTC:
        return moment
    if moment.utcoffset() is None:
        raise ValueError(f"expected a datetime with a time zone, got {moment.isoformat()}")
    return moment.astimezone(UTC)


def load_zone(name: object, problems: Problems) -> ZoneInfo:
    """The zone of an IANA name; a problem that suggests the nearest names otherwise (and UTC, so that reading can go on)."""
    try:
        if isinstance(name, str):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        pass
    near = difflib.get_close_matches(str(name), sorted(available_timezones()), n=3, cutoff=0.5)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    problems.add("timezone", f'expected an IANA zone such as "Europe/Madrid", got {name!r}{hint}')
    return ZoneInfo("UTC")


def stretches(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Stretch]:
    """Stretches of constant offset that make up [start, end), both aware UTC on whole seconds, in order."""
    while start < end:
        offset = _offset(zone, start)
        change = _next_change(zone, start, end, offset)
        yield Stretch(start, change, offset)
        start = change


def clock_changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[datetime, timedelta, timedelta]]:
    """When the wall clock jumps within [start, end): (instant in UTC, offset before, offset after)."""
    found = list(stretches(zone, start, end))
    return [(later.start, earlier.offset, later.offset) for earlier, later in pairwise(found)]


def first_instant(zone: ZoneInfo, wall: datetime) -> datetime:
    """The first instant (UTC) at which the wall clock shows the naive `wall` or, where it skips it, something later."""
    return next(
        max(stretch.start, wall.replace(tzinfo=UTC) - stretch.offset)
        for stretch in stretches(zone, wall.replace(tzinfo=UTC) - 2 * _DAY, wall.replace(tzinfo=UTC) + 2 * _DAY)
        if wall.replace(tzinfo=UTC) - stretch.offset < stretch.end
    )


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _next_change(zone: ZoneInfo, start: datetime, end: datetime, offset: timedelta) -> datetime:
    """The first second after `start` with another offset, or `end`. Looks once a day, then halves that day."""
    same = start
    while True:
        probe = min(same + _DAY, end - _SECOND)
        if _offset(zone, probe) != offset:
            return _halve(zone, same, probe, offset)
        if probe >= end - _SECOND:
            return end
        same = probe


def _halve(zone: ZoneInfo, same: datetime, other: datetime, offset: timedelta) -> datetime:
    while other - same > _SECOND:
        middle = same + timedelta(seconds=(other - same) // _SECOND // 2)
        if _offset(zone, middle) == offset:
            same = middle
        else:
            other = middle
    return other
