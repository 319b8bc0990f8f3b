"""Opening hours as an admin writes them ("09:00-14:00", "mon-thu"), read and written back; knows no dates and no zones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

DAY = 86_400
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_SPAN = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*-\s*(\d{1,2}):(\d{2})(?::(\d{2}))?")


class Problems(list[tuple[str, str]]):
    """What is wrong with a calendar so far: (key, message) pairs, in the order they were found."""

    def add(self, key: str, message: str) -> None:
        self.append((key, message))


class Window(NamedTuple):
    """Open from `start` up to, not including, `end`: wall-clock seconds since the midnight that begins its day.

    Past 86,400 the window runs on into the following day; it still belongs to the day it starts on.
    """

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}-{_clock(self.end if self.end <= DAY else self.end - DAY)}"


Windows = tuple[Window, ...]
Week = tuple[Windows, ...]

ALL_DAY: Windows = (Window(0, DAY),)
CLOSED: Windows = ()


def _clock(seconds: int) -> str:
    hour, rest = divmod(seconds, 3600)
    minute, second = divmod(rest, 60)
    return f"{hour:02}:{minute:02}" + (f":{second:02}" if second else "")


def parse_window(text: str) -> Window:
    """Read "09:00-14:00". An end at or before the start is on the next day ("22:00-06:00"); ValueError says what is wrong."""
    found = _SPAN.fullmatch(text.strip())
    if found is None:
        raise ValueError(f'expected "HH:MM-HH:MM", such as "09:00-14:00", got "{text}"')
    numbers = [int(part or 0) for part in found.groups()]
    start, end = (_seconds(text, *numbers[:3]), _seconds(text, *numbers[3:]))
    if start == end:
        raise ValueError(f'"{text}" is empty; write "00:00-24:00" for a whole day')
    if start == DAY:
        raise ValueError(f'"{text}" starts at 24:00; write it as 00:00 on the following day')
    return Window(start, end if end > start else end + DAY)


def _seconds(text: str, hour: int, minute: int, second: int) -> int:
    total = hour * 3600 + minute * 60 + second
    if minute > 59 or second > 59 or total > DAY:
        raise ValueError(f'expected times from 00:00 to 24:00, got "{text}"')
    return total


def read_windows(spans: object, key: str, problems: Problems) -> Windows:
    """Read one day's list. Windows that overlap or touch become one."""
    if isinstance(spans, str) or not isinstance(spans, Sequence):
        problems.add(key, f'expected a list such as ["09:00-14:00", "15:00-18:00"], or [] for closed, got {spans!r}')
        return CLOSED
    windows = []
    for span in spans:
        try:
            windows.append(parse_window(span if isinstance(span, str) else repr(span)))
        except ValueError as error:
            problems.add(key, str(error))
    return merged(windows)


def merged(windows: Iterable[Window]) -> Windows:
    """The same hours in order, with none overlapping or touching another."""
    result: list[Window] = []
    for window in sorted(windows):
        if result and window.start <= result[-1].end:
            result[-1] = Window(result[-1].start, max(result[-1].end, window.end))
        else:
            result.append(window)
    return tuple(result)


def read_week(hours: object, key: str, problems: Problems) -> Week:
    """Read {"mon-thu": [...], "fri": [...]} into seven days from Monday. A day that is not named is closed."""
    week: list[Windows] = [CLOSED] * 7
    named: dict[int, str] = {}
    if not isinstance(hours, Mapping):
        problems.add(key, f'expected a table such as {{ mon-fri = ["09:00-18:00"] }}, got {hours!r}')
        return tuple(week)
    for days, spans in hours.items():
        windows = read_windows(spans, f"{key}.{days}", problems)
        for day in _days(str(days), f"{key}.{days}", problems):
            if day in named:
                problems.add(f"{key}.{days}", f'{WEEKDAYS[day]} is already named by "{named[day]}"; name each day once')
            named[day] = str(days)
            week[day] = windows
    return tuple(week)


def _days(text: str, key: str, problems: Problems) -> list[int]:
    """Weekdays (0 is Monday) that "mon", "mon-thu", "fri-mon", "mon,wed" or "daily" stand for."""
    if text.strip().lower() == "daily":
        return list(range(7))
    days: list[int] = []
    for part in text.lower().split(","):
        ends = [end.strip() for end in part.split("-")]
        if len(ends) > 2 or any(end not in WEEKDAYS for end in ends):
            allowed = ", ".join(WEEKDAYS)
            problems.add(key, f'expected "daily", a day ({allowed}) or a range such as "mon-thu", got "{text}"')
            return []
        first, last = WEEKDAYS.index(ends[0]), WEEKDAYS.index(ends[-1])
        days += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return days


def spell_week(week: Week) -> list[tuple[str, list[str]]]:
    """The week in the words of the file, neighbours with the same hours together: [("mon-thu", ["09:00-14:00"]), …]."""
    groups: list[tuple[int, int]] = []
    for day in range(7):
        if groups and week[groups[-1][0]] == week[day]:
            groups[-1] = (groups[-1][0], day)
        else:
            groups.append((day, day))
    return [(_spell_days(first, last), [str(window) for window in week[first]]) for first, last in groups]


def _spell_days(first: int, last: int) -> str:
    if (first, last) == (0, 6):
        return "daily"
    return WEEKDAYS[first] if first == last else f"{WEEKDAYS[first]}-{WEEKDAYS[last]}"
