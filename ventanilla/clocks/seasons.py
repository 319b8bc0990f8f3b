"""Parts of the year with hours of their own ("06-15" to "09-15"), every year; knows no zones and no holidays."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ventanilla.clocks.hours import Problems, Week, read_week

_MONTH_DAY = re.compile(r"(\d{2})-(\d{2})")
_LEAP_YEAR = 2024
_KEYS = {"from", "to", "hours"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """From `first` to `last`, both included, as (month, day); `first` after `last` wraps the end of the year.

    Its week stands in place of the calendar's whole week: a weekday that the season does not name is closed.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    week: Week

    def holds(self, day: date) -> bool:
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last

    @property
    def span(self) -> tuple[str, str]:
        """Its ends as the file has them: ("06-15", "09-15")."""
        return ("{:02}-{:02}".format(*self.first), "{:02}-{:02}".format(*self.last))


def read_seasons(seasons: object, problems: Problems) -> tuple[Season, ...]:
    """Read [{from, to, hours}]. Two that hold on the same day are refused: which hours stand would be a guess."""
    if isinstance(seasons, str) or not isinstance(seasons, Sequence):
        problems.add("seasons", f"expected a list of {{ from, to, hours }}, got {seasons!r}")
        return ()
    read = [_read_season(season, f"seasons.{index}", problems) for index, season in enumerate(seasons)]
    found = tuple(season for season in read if season is not None)
    _refuse_overlaps(found, problems)
    return found


def _read_season(season: object, key: str, problems: Problems) -> Season | None:
    if not isinstance(season, Mapping) or not season.keys() >= _KEYS:
        problems.add(key, f'expected {{ from = "06-15", to = "09-15", hours = {{ … }} }}, got {season!r}')
        return None
    for unknown in sorted(set(season) - _KEYS):
        problems.add(f"{key}.{unknown}", "unknown key; allowed: from, to, hours")
    first = _read_month_day(season["from"], f"{key}.from", problems)
    last = _read_month_day(season["to"], f"{key}.to", problems)
    week = read_week(season["hours"], f"{key}.hours", problems)
    return Season(first=first, last=last, week=week) if first and last else None


def _read_month_day(text: object, key: str, problems: Problems) -> tuple[int, int] | None:
    found = _MONTH_DAY.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is not None:
        month, day = int(found[1]), int(found[2])
        try:
            date(_LEAP_YEAR, month, day)
            return month, day
        except ValueError:
            pass
    problems.add(key, f'expected month and day such as "06-15", got {_quoted(text)}')
    return None


def _quoted(text: object) -> str:
    return f'"{text}"' if isinstance(text, str) else repr(text)


def _refuse_overlaps(seasons: tuple[Season, ...], problems: Problems) -> None:
    year = [date(_LEAP_YEAR, 1, 1) + timedelta(days=day) for day in range(366)]
    for later, season in enumerate(seasons):
        for earlier in seasons[:later]:
            day = next((day for day in year if season.holds(day) and earlier.holds(day)), None)
            if day is not None:
                spans = " and ".join("{} to {}".format(*each.span) for each in (earlier, season))
                problems.add(f"seasons.{later}", f"{spans} both hold on {day:%m-%d}; seasons may not overlap")
