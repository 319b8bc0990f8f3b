"""When something is due, and how to say a moment or a wait to people; knows calendars, not promises or clocks under way."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.zones import as_utc


def due_at(start: datetime, within: timedelta, calendar: Calendar | None = None) -> datetime:
    """By when, in UTC: `within` of the calendar's open time after start; without a calendar, of plain time.

    Raises ValueError for a naive start or a negative time, NeverOpens where the calendar stays closed.
    """
    if calendar is not None:
        return calendar.add(start, within)
    if within < timedelta():
        raise ValueError(f"expected a time of zero or more, got {within}")
    return as_utc(start) + within


class _Phrases(NamedTuple):
    """One language: the days near by, how a day and an hour join ({one} for the hour 1, {many} otherwise), what a day is called."""

    yesterday: str
    today: str
    tomorrow: str
    on: str
    in_year: str
    one: str
    many: str
    day: str
    days: str


_PHRASES = {
    "es": _Phrases(
        yesterday="ayer",
        today="hoy",
        tomorrow="mañana",
        on="el {weekday} {day} de {month}",
        in_year="el {weekday} {day} de {month} de {year}",
        one="{when} a la {time}",
        many="{when} a las {time}",
        day="día",
        days="días",
    ),
    "en": _Phrases(
        yesterday="yesterday",
        today="today",
        tomorrow="tomorrow",
        on="on {weekday} {day} {month}",
        in_year="on {weekday} {day} {month} {year}",
        one="{when} at {time}",
        many="{when} at {time}",
        day="day",
        days="days",
    ),
    "ca": _Phrases(
        yesterday="ahir",
        today="avui",
        tomorrow="demà",
        on="{weekday} {day} {of_month}",
        in_year="{weekday} {day} {of_month} de {year}",
        one="{when} a la {time}",
        many="{when} a les {time}",
        day="dia",
        days="dies",
    ),
    "gl": _Phrases(
        yesterday="onte",
        today="hoxe",
        tomorrow="mañá",
        on="o {weekday} {day} de {month}",
        in_year="o {weekday} {day} de {month} de {year}",
        one="{when} á {time}",
        many="{when} ás {time}",
        day="día",
        days="días",
    ),
    "eu": _Phrases(
        yesterday="atzo",
        today="gaur",
        tomorrow="bihar",
        on="{weekday}, {month} {day}",
        in_year="{weekday}, {year} {month} {day}",
        one="{when}, {time}",
        many="{when}, {time}",
        day="egun",
        days="egun",
    ),
}


def _phrases(language: str) -> _Phrases:
    found = _PHRASES.get(language[:2].lower())
    if found is None:
        raise ValueError(f'expected a language of {", ".join(_PHRASES)}, got "{language}"')
    return found


def spoken(moment: datetime, zone: ZoneInfo | str, language: str, *, now: datetime) -> str:
    """The moment as one would say it there: "hoy a las 17:30", "mañana a las 9:00", "el lunes 23 de noviembre a las 9:00".

    Days are counted on the zone's own wall clock, and the year is told where it is not this one. Seconds are left out, never
    rounded up. Languages: es, en, ca, gl, eu, with or without a country ("es-MX"); ValueError for another.
    """
    phrases = _phrases(language)
    zone = ZoneInfo(zone) if isinstance(zone, str) else zone
    wall, today = as_utc(moment).astimezone(zone), as_utc(now).astimezone(zone).date()
    near = {-1: phrases.yesterday, 0: phrases.today, 1: phrases.tomorrow}
    when = near.get((wall.date() - today).days) or _spoken_date(wall.date(), language[:2].lower(), this_year=today.year)
    pattern = phrases.one if wall.hour == 1 else phrases.many
    return pattern.format(when=when, time=f"{wall.hour}:{wall.minute:02}")


@lru_cache(
    maxsize=1024
)  # a long case says the same days over and over, and each takes babel some tenths of a millisecond
def _spoken_date(day: date, language: str, *, this_year: int) -> str:
    from babel.dates import format_date

    phrases = _phrases(language)
    return (phrases.on if day.year == this_year else phrases.in_year).format(
        weekday=format_date(day, "EEEE", locale=language),
        day=day.day,
        month=format_date(day, "LLLL", locale=language),
        of_month=format_date(day, "MMMM", locale=language),
        year=day.year,
    )


def waited(seconds: float, language: str) -> str:
    """A length of time at a glance: "45 s", "12 min", "3 h 5 min", "1 día 4 h", "2 días". Cut, never rounded up.

    From two days on only whole days are told. Below zero counts as zero. Languages as in `spoken`.
    """
    phrases = _phrases(language)
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days >= 2:
        return f"{days} {phrases.days}"
    if days:
        return f"1 {phrases.day} {hour} h" if hour else f"1 {phrases.day}"
    if hours:
        return f"{hours} h {minute} min" if minute else f"{hours} h"
    return f"{minutes} min" if minutes else f"{second} s"
