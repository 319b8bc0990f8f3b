"""Periods as people type them: dates, `today`, `last-month`, `2026-W47`, `2026-11`. Days of the house; pure."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import NamedTuple

from ventanilla.errors import BadInput

ALLOWED = (
    "a date such as 2026-11-22, a month such as 2026-11, a week such as 2026-W47, a year such as 2026, today, yesterday, "
    "this-week, last-week, this-month, last-month, this-year or last-year"
)
USUAL = 30
"""Days of a report that nobody gave a period for, today included."""
_DAY = timedelta(days=1)
_DATE = re.compile(r"\s*\d{4}-\d\d-\d\d\s*$")
_YEARS = range(1970, 5000)


class Period(NamedTuple):
    """The days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def before(self) -> Period:
        """As many days just before."""
        return Period(self.start - timedelta(days=self.days), self.start - _DAY)


def read_period(start: str | None, end: str | None, *, today: date) -> Period:
    """What `--from` and `--to` mean. `--from last-month` alone is that whole month; a plain date alone reaches until today.

    Neither: the last 30 days, today included. `--to` alone: the 30 days up to it. Raises BadInput.
    """
    last = _read(end, "--to", today) if end is not None else None
    first = _read(start, "--from", today) if start is not None else None
    if first is None:
        until = last.end if last else today
        period = Period(until - timedelta(days=USUAL - 1), until)
    else:
        period = Period(first.start, last.end if last else _until(first, today, is_day=bool(_DATE.match(start or ""))))
    if period.start > period.end:
        raise BadInput(f"--from {period.start} is after --to {period.end}; a period begins before it ends")
    return period


def _until(first: Period, today: date, *, is_day: bool) -> date:
    """A named stretch is meant whole; a date alone begins one that reaches until today."""
    return max(first.end, today) if is_day else first.end


def _read(typed: str, option: str, today: date) -> Period:
    word = typed.strip().lower()
    found = _named(word, today) or _dated(word)
    if found is None:
        raise BadInput(f'{option}: expected {ALLOWED}; got "{typed}"')
    if found.start.year not in _YEARS or found.end.year not in _YEARS:
        raise BadInput(f'{option}: expected a year from {_YEARS[0]} to {_YEARS[-1]}, got "{typed}"')
    return found


def _named(word: str, today: date) -> Period | None:
    monday, first = today - timedelta(days=today.weekday()), today.replace(day=1)
    named = {
        "today": lambda: Period(today, today),
        "yesterday": lambda: Period(today - _DAY, today - _DAY),
        "this-week": lambda: Period(monday, monday + 6 * _DAY),
        "last-week": lambda: Period(monday - 7 * _DAY, monday - _DAY),
        "this-month": lambda: _month(first),
        "last-month": lambda: _month(first - _DAY),
        "this-year": lambda: _year(today.year),
        "last-year": lambda: _year(today.year - 1),
    }
    return named[word]() if word in named else None


def _dated(word: str) -> Period | None:
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            return Period(date.fromisoformat(word), date.fromisoformat(word))
        if found := re.fullmatch(r"(\d{4})-?w(\d\d?)", word):
            monday = date.fromisocalendar(int(found[1]), int(found[2]), 1)
            return Period(monday, monday + 6 * _DAY)
        if found := re.fullmatch(r"(\d{4})-(\d\d)", word):
            return _month(date(int(found[1]), int(found[2]), 1))
        if re.fullmatch(r"\d{4}", word) and int(word) in _YEARS:
            return _year(int(word))
    except ValueError:
        pass
    return None


def _month(day: date) -> Period:
    return Period(day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def _year(year: int) -> Period:
    return Period(date(year, 1, 1), date(year, 12, 31))
