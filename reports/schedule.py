"""When a report that is sent by itself is due, and which days it covers. Pure: knows settings and a zone, no store and no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from config.reports import ReportSettings
from reports.period import Period

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One sending: `name` of its period ("2026-11-21", "2026-W47", "2026-11"), its days, and the instant (UTC) it is due."""

    name: str
    period: Period
    due_at: datetime


def latest(settings: ReportSettings, zone: ZoneInfo, *, now: datetime) -> Occasion:
    """The last sending that is due by now: of a service that was away for long, the one for the latest period alone."""
    first = _first_day(settings, now.astimezone(zone).date())
    found = _occasion(settings, zone, first)
    return found if found.due_at <= now else _occasion(settings, zone, _first_day(settings, first - _DAY))


def following(settings: ReportSettings, zone: ZoneInfo, *, now: datetime) -> Occasion:
    """The next sending that is not due yet."""
    found = latest(settings, zone, now=now)
    return _occasion(settings, zone, _next_first_day(settings, found.period.end + _DAY))


def _occasion(settings: ReportSettings, zone: ZoneInfo, first: date) -> Occasion:
    """The sending of the period that ended the day before this first day of the next one."""
    hours, minutes = (int(part) for part in settings.at.split(":"))
    due = datetime.combine(first, time(hours, minutes), zone).astimezone(UTC)
    last = first - _DAY
    start = {"day": last, "week": first - 7 * _DAY, "month": last.replace(day=1)}[settings.every]
    return Occasion(name=_name(settings, start), period=Period(start, last), due_at=due)


def _first_day(settings: ReportSettings, day: date) -> date:
    """The first day of the period that this day is in."""
    if settings.every == "day":
        return day
    return day - day.weekday() * _DAY if settings.every == "week" else day.replace(day=1)


def _next_first_day(settings: ReportSettings, first: date) -> date:
    if settings.every == "day":
        return first + _DAY
    return first + 7 * _DAY if settings.every == "week" else (first + 31 * _DAY).replace(day=1)


def _name(settings: ReportSettings, start: date) -> str:
    if settings.every == "day":
        return start.isoformat()
    if settings.every == "week":
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    return f"{start:%Y-%m}"
