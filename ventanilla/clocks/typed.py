"""Moments as people type them: `now`, a date, a date and a time in the house's zone. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from ventanilla.clocks.zones import first_instant
from ventanilla.errors import BadInput

ALLOWED = '"now", a date such as 2026-12-01, or a date and a time such as "2026-12-01 09:00"'


def read_start(typed: str, zone: ZoneInfo, *, now: datetime, option: str = "--from") -> datetime:
    """The instant (UTC) at which something begins; a date alone begins with its day. Raises BadInput."""
    day = _date(typed)
    if day is not None:
        return first_instant(zone, datetime(day.year, day.month, day.day))  # noqa: DTZ001  a wall clock's time
    return _moment(typed, zone, now=now, option=option)


def read_end(typed: str, zone: ZoneInfo, *, now: datetime, option: str = "--to") -> datetime:
    """The instant (UTC) at which something has ended; a date alone is a whole day, the last one. Raises BadInput."""
    day = _date(typed)
    if day is not None:
        after = day + timedelta(days=1)
        return first_instant(zone, datetime(after.year, after.month, after.day))  # noqa: DTZ001  a wall clock's time
    return _moment(typed, zone, now=now, option=option)


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


def _moment(typed: str, zone: ZoneInfo, *, now: datetime, option: str) -> datetime:
    if typed.strip().lower() == "now":
        return now
    try:
        moment = datetime.fromisoformat(typed.strip())
    except ValueError:
        raise BadInput(f'{option}: expected {ALLOWED}, got "{typed}"') from None
    if moment.tzinfo is not None:
        return moment.astimezone(UTC)
    return first_instant(zone, moment.replace(microsecond=0))
