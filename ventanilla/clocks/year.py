"""A calendar's year as understood, so that an admin can see what was made of the file; as data and as text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.hours import WEEKDAYS, Week, spell_week
from ventanilla.clocks.zones import clock_changes, first_instant

_DAY = timedelta(days=1)

_WORDS = {
    "en": {
        "title": "Calendar {name}, {year} ({zone})",
        "hours": "Weekly hours",
        "season": "From {first} to {last}, in place of the weekly hours",
        "holidays": "Holidays",
        "none": "none",
        "special": "Special days",
        "clock": "Clock changes",
        "total": "Open {hours} in the year, on {days} days; {working} working days",
        "closed": "closed",
        "closed_anyway": "closed on a {weekday} anyway",
        "opens": "special day: {hours}",
        "on_holiday": "holiday: {holiday}",
        "jump": "{before} becomes {after} (UTC{old} to UTC{new})",
        "days": "Mon Tue Wed Thu Fri Sat Sun",
        "daily": "daily",
    },
    "es": {
        "title": "Calendario {name}, {year} ({zone})",
        "hours": "Horario semanal",
        "season": "Del {first} al {last}, en lugar del horario semanal",
        "holidays": "Festivos",
        "none": "ninguno",
        "special": "Días especiales",
        "clock": "Cambios de hora",
        "total": "Abierto {hours} en el año, en {days} días; {working} días hábiles",
        "closed": "cerrado",
        "closed_anyway": "en {weekday} ya está cerrado",
        "opens": "día especial: {hours}",
        "on_holiday": "festivo: {holiday}",
        "jump": "las {before} pasan a ser las {after} (de UTC{old} a UTC{new})",
        "days": "lun mar mié jue vie sáb dom",
        "daily": "cada día",
    },
}


def describe_year(calendar: Calendar, name: str, year: int, *, language: str = "en") -> dict[str, Any]:
    """What the calendar makes of a year, as JSON takes it: dates as text, lengths in whole seconds.

    Keys: name, zone, year, country, region, hours (days → intervals), seasons (from, to, hours), holidays (date, weekday, name,
    hours: what is open nevertheless), special (date, weekday, hours, holiday), clock_changes (at in UTC, before and after on the
    wall, offsets in seconds), open_seconds, open_days (days on which a window starts), working_days. Holiday names are in
    `language` where the library has them.
    """
    days = [date(year, 1, 1) + _DAY * count for count in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]
    start, end = (first_instant(calendar.zone, datetime(each, 1, 1)) for each in (year, year + 1))  # noqa: DTZ001 (a wall)
    return {
        "name": name,
        "zone": calendar.zone.key,
        "year": year,
        "country": calendar.holidays.country if calendar.holidays else None,
        "region": calendar.holidays.region if calendar.holidays else None,
        "hours": _hours(calendar.week),
        "seasons": [
            {"from": each.span[0], "to": each.span[1], "hours": _hours(each.week)} for each in calendar.seasons
        ],
        "holidays": [_holiday(calendar, day, language) for day in days if calendar.holiday_holds(day)],
        "special": [_special(calendar, day, language) for day in days if day in calendar.special],
        "clock_changes": [_clock_change(*change) for change in clock_changes(calendar.zone, start, end)],
        "open_seconds": calendar.open_seconds(start, end),
        "open_days": sum(bool(calendar.windows(day)) for day in days),
        "working_days": sum(calendar.working_day(day) for day in days),
    }


def _hours(week: Week) -> dict[str, list[str]]:
    return dict(spell_week(week))


def _day(calendar: Calendar, day: date) -> dict[str, Any]:
    hours = [str(window) for window in calendar.windows(day)]
    return {"date": day.isoformat(), "weekday": WEEKDAYS[day.weekday()], "hours": hours}


def _holiday(calendar: Calendar, day: date, language: str) -> dict[str, Any]:
    closed_anyway = day not in calendar.special and not calendar.usual_windows(day)
    return _day(calendar, day) | {"name": calendar.holiday_name(day, language), "closed_anyway": closed_anyway}


def _special(calendar: Calendar, day: date, language: str) -> dict[str, Any]:
    return _day(calendar, day) | {"holiday": calendar.holiday_name(day, language)}


def _clock_change(at: datetime, before: timedelta, after: timedelta) -> dict[str, Any]:
    return {
        "at": at.isoformat(),
        "before": (at + before).strftime("%Y-%m-%d %H:%M"),
        "after": (at + after).strftime("%Y-%m-%d %H:%M"),
        "offset_before": int(before.total_seconds()),
        "offset_after": int(after.total_seconds()),
    }


def render_year(described: dict[str, Any], *, language: str = "en") -> str:
    """The readable page of a `describe_year`: Spanish for es, ca, gl and eu, English for any other language."""
    words = _WORDS["es" if language[:2] in ("es", "ca", "gl", "eu") else "en"]
    return "\n".join(_lines(described, words))


def _lines(described: dict[str, Any], words: dict[str, str]) -> Iterator[str]:
    yield words["title"].format(**described)
    yield from ("", words["hours"], *_week_lines(described["hours"], words))
    for season in described["seasons"]:
        yield from ("", words["season"].format(first=season["from"], last=season["to"]))
        yield from _week_lines(season["hours"], words)
    yield from ("", f"{words['holidays']} ({_place(described)})" if described["country"] else words["holidays"])
    yield from [_holiday_line(day, words) for day in described["holidays"]] or [f"  {words['none']}"]
    if described["special"]:
        yield from ("", words["special"], *(_special_line(day, words) for day in described["special"]))
    if described["clock_changes"]:
        yield from ("", words["clock"], *(_change_line(change, words) for change in described["clock_changes"]))
    total = words["total"].format(
        hours=_length(described["open_seconds"]), days=described["open_days"], working=described["working_days"]
    )
    yield from ("", total)


def _place(described: dict[str, Any]) -> str:
    return "-".join(part for part in (described["country"], described["region"]) if part)


def _week_lines(hours: dict[str, list[str]], words: dict[str, str]) -> list[str]:
    spelled = {_days_in(days, words): _spans(spans, words) for days, spans in hours.items()}
    width = max(map(len, spelled))
    return [f"  {days:<{width}}  {spans}" for days, spans in spelled.items()]


def _days_in(days: str, words: dict[str, str]) -> str:
    if days == "daily":
        return words["daily"]
    return "-".join(words["days"].split()[WEEKDAYS.index(day)] for day in days.split("-"))


def _spans(spans: list[str], words: dict[str, str]) -> str:
    return ", ".join(spans) or words["closed"]


def _holiday_line(day: dict[str, Any], words: dict[str, str]) -> str:
    note = ""
    if day["hours"]:
        note = words["opens"].format(hours=_spans(day["hours"], words))
    elif day["closed_anyway"]:
        note = words["closed_anyway"].format(weekday=_days_in(day["weekday"], words))
    return _dated(day, words, day["name"], note)


def _special_line(day: dict[str, Any], words: dict[str, str]) -> str:
    note = words["on_holiday"].format(holiday=day["holiday"]) if day["holiday"] else ""
    return _dated(day, words, _spans(day["hours"], words), note)


def _dated(day: dict[str, Any], words: dict[str, str], text: str, note: str) -> str:
    return f"  {day['date']} {_days_in(day['weekday'], words)}  {text}" + (f" ({note})" if note else "")


def _change_line(change: dict[str, Any], words: dict[str, str]) -> str:
    date_before, before = change["before"].split()
    date_after, after = change["after"].split()
    after = after if date_after == date_before else change["after"]
    offsets = {"old": _offset(change["offset_before"]), "new": _offset(change["offset_after"])}
    return f"  {date_before}  {words['jump'].format(before=before, after=after, **offsets)}"


def _offset(seconds: int) -> str:
    minutes = abs(seconds) // 60
    return f"{'-' if seconds < 0 else '+'}{minutes // 60}:{minutes % 60:02}"


def _length(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    minutes, second = divmod(rest, 60)
    return f"{hours} h" + (f" {minutes} min" if minutes or second else "") + (f" {second} s" if second else "")
