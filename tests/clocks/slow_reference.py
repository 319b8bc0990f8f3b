"""Business time the slow way: asks of each minute "what does the clock on the wall show?" and compares texts.

Shares nothing with ventanilla.clocks but the file's shapes: no parsing to seconds, no offsets, no intervals. Right to the second
as long as every boundary lies on a whole minute; `step` of one second lifts that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """What `Calendar.build` takes, with one key a weekday, and holidays as dates alone."""

    zone: str
    hours: dict[str, list[str]]
    seasons: list[dict[str, Any]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    special: dict[str, list[str]] = field(default_factory=dict)

    def arguments(self) -> dict[str, Any]:
        holidays = {"extra": self.closed} if self.closed else None
        return {
            "zone": self.zone,
            "hours": self.hours,
            "seasons": self.seasons,
            "holidays": holidays,
            "special": self.special,
        }


def spans_on(shape: Shape, day: date) -> list[str]:
    if day.isoformat() in shape.special:
        return shape.special[day.isoformat()]
    if day.isoformat() in shape.closed:
        return []
    name = WEEKDAYS[day.weekday()]
    month_day = day.isoformat()[5:]
    for season in shape.seasons:
        first, last = season["from"], season["to"]
        wraps = first > last
        if (wraps and (month_day >= first or month_day <= last)) or (not wraps and first <= month_day <= last):
            return list(season["hours"].get(name, []))
    return shape.hours.get(name, [])


def is_open(shape: Shape, at: datetime) -> bool:
    wall = at.astimezone(ZoneInfo(shape.zone))
    shows = wall.strftime("%H:%M:%S")
    for span in spans_on(shape, wall.date()):
        opens, closes = span.split("-")
        if closes > opens:
            if opens <= shows < closes:
                return True
        elif shows >= opens:
            return True
    for span in spans_on(shape, wall.date() - timedelta(days=1)):
        opens, closes = span.split("-")
        if closes <= opens and shows < closes:
            return True
    return False


def ticks(start: datetime, end: datetime, step: timedelta = MINUTE) -> Iterator[tuple[datetime, datetime]]:
    """[start, end) in pieces that never cross a whole minute (or second), shorter at both ends."""
    at = start
    while at < end:
        whole = at.replace(second=0, microsecond=0) if step == MINUTE else at.replace(microsecond=0)
        yield at, min(whole + step, end)
        at = whole + step


def open_between(shape: Shape, start: datetime, end: datetime, step: timedelta = MINUTE) -> timedelta:
    return sum((until - at for at, until in ticks(start, end, step) if is_open(shape, at)), timedelta())


def next_change(shape: Shape, start: datetime, end: datetime, step: timedelta = MINUTE) -> datetime | None:
    """The first flip within (start, end), or None."""
    now = is_open(shape, start)
    return next((at for at, _ in ticks(start, end, step) if is_open(shape, at) != now), None)


def utc(text: str) -> datetime:
    """ "2026-03-29 01:00" or with seconds, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def wall(text: str, zone: str, *, fold: int = 0) -> datetime:
    """What the clock on the wall shows, as an instant in UTC; `fold=1` is the second time it shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
