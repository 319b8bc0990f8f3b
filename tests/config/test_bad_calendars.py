"""Mistakes in calendars: ours with the exact words, the engine's with the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.load import load_config
from tests.config.toml_files import problems_of, said, spoilt, write

CALENDAR = "[calendars.madrid]"

CASES: list[tuple[str, str, list[str]]] = [
    (
        'hours = { mon-thu = ["09:00-14:00", "15:00-18:00"], fri = ["09:00-15:00"] }\n',
        "",
        ['calendars.madrid.hours: is required: such as hours = { mon-fri = ["09:00-18:00"] }'],
    ),
    (
        'fri = ["09:00-15:00"]',
        'fri = "09:00-15:00"',
        ['calendars.madrid.hours.fri: expected a list such as ["one", "two"], got a text'],
    ),
    (
        'fri = ["09:00-15:00"]',
        'fri = ["09:00-15:00", "14:00-16:00"]',
        ['calendars.madrid.hours.fri: "09:00-15:00" and "14:00-16:00" overlap'],
    ),
    ('fri = ["09:00-15:00"]', "fri = [9]", ["calendars.madrid.hours.fri[1]: expected a text, got a number"]),
    (
        CALENDAR,
        CALENDAR + '\ntimezone = "Madrid"',
        ['calendars.madrid.timezone: unknown time zone "Madrid"; did you mean "Europe/Madrid"?'],
    ),
    (
        CALENDAR,
        CALENDAR + '\ntimezone = "Europa/Madrid"',
        ['calendars.madrid.timezone: unknown time zone "Europa/Madrid"; did you mean "Europe/Madrid"?'],
    ),
    (
        CALENDAR,
        CALENDAR + '\nholidays = { country = "ES", extra = ["15/05/2026"] }',
        ['calendars.madrid.holidays.extra[1]: expected a date such as 2026-12-24, got "15/05/2026"'],
    ),
    (
        CALENDAR,
        CALENDAR + '\nspecial = { "24-12" = [] }',
        ['calendars.madrid.special.24-12: expected a date such as 2026-12-24, got "24-12"'],
    ),
    (
        CALENDAR,
        CALENDAR + '\nspecial = { "2026-12-24" = "closed" }',
        ['calendars.madrid.special.2026-12-24: expected a list such as ["one", "two"], got a text'],
    ),
    (
        CALENDAR,
        CALENDAR + '\nseasons = [{ from = "06-15", to = "09-15" }]',
        ["calendars.madrid.seasons[1].hours: is required"],
    ),
]


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_a_mistake_in_a_calendar_is_told_in_plain_words(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    # given a good file with one mistake
    path = write(tmp_path, spoilt(old, new))
    # when it is read
    problems = problems_of(path)
    # then just that mistake is told
    assert said(problems) == expected


FROM_THE_ENGINE = [
    ('fri = ["09:00-15:00"]', 'fri = ["9-15"]', "hours.fri"),
    ('fri = ["09:00-15:00"]', 'fri = ["09:00-25:00"]', "hours.fri"),
    ('fri = ["09:00-15:00"]', 'viernes = ["09:00-15:00"]', "hours.viernes"),
    ('fri = ["09:00-15:00"]', 'thu-fri = ["09:00-15:00"]', "hours.thu-fri"),
    (CALENDAR, CALENDAR + '\nholidays = { country = "Spain" }', "holidays.country"),
    (CALENDAR, CALENDAR + '\nholidays = { country = "ES", region = "XX" }', "holidays.region"),
    (CALENDAR, CALENDAR + '\nholidays = { region = "MD" }', "holidays.region"),
    (CALENDAR, CALENDAR + '\nseasons = [{ from = "06-31", to = "09-15", hours = {} }]', "seasons[1].from"),
]


@pytest.mark.parametrize(("old", "new", "key"), FROM_THE_ENGINE)
def test_what_the_calendar_engine_refuses_is_told_with_its_place(tmp_path: Path, old: str, new: str, key: str) -> None:
    problems = problems_of(write(tmp_path, spoilt(old, new)))
    assert [each.key for each in problems] == [f"calendars.madrid.{key}"]
    assert all(each.message and each.line for each in problems)


def test_hours_past_midnight_and_the_last_minute_are_allowed(tmp_path: Path) -> None:
    text = spoilt('fri = ["09:00-15:00"]', 'fri = ["22:00-06:00"], "sat,sun" = ["00:00-24:00"]')
    assert problems_of(write(tmp_path, text)) == ()


def test_a_country_is_looked_up_only_by_a_thorough_check(tmp_path: Path) -> None:
    # given a country that is none
    path = write(tmp_path, spoilt(CALENDAR, CALENDAR + '\nholidays = { country = "XX" }'))
    # then a quick look takes it as it is, so that commands which only look stay fast
    assert load_config(path, thorough=False).config.calendars["madrid"].holidays is not None
    assert problems_of(path) != ()
