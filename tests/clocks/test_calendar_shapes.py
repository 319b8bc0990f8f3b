"""What [calendars.X] may say, how it is understood, and what is said of a mistake."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ventanilla.clocks.calendar import Calendar, InvalidCalendar
from ventanilla.clocks.hours import Problems, parse_window, read_week, spell_week


def week(hours: dict[str, Any]) -> dict[str, list[str]]:
    problems = Problems()
    found = dict(spell_week(read_week(hours, "hours", problems)))
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("hours", "understood"),
    [
        ({}, {"daily": []}),
        ({"daily": ["00:00-24:00"]}, {"daily": ["00:00-24:00"]}),
        ({"mon": ["9:00-14:00"]}, {"mon": ["09:00-14:00"], "tue-sun": []}),
        ({"mon-fri": ["09:00-14:00", "14:00-18:00"]}, {"mon-fri": ["09:00-18:00"], "sat-sun": []}),
        ({"daily": ["10:00-12:00", "08:00-11:00"]}, {"daily": ["08:00-12:00"]}),
        ({"sat-mon": ["10:00-12:00"]}, {"mon": ["10:00-12:00"], "tue-fri": [], "sat-sun": ["10:00-12:00"]}),
        (
            {"mon,wed-thu": ["10:00-12:00"]},
            {"mon": ["10:00-12:00"], "tue": [], "wed-thu": ["10:00-12:00"], "fri-sun": []},
        ),
        ({"fri": [" 22:00 - 06:00 "]}, {"mon-thu": [], "fri": ["22:00-06:00"], "sat-sun": []}),
        ({"Mon": ["10:00-00:00"]}, {"mon": ["10:00-24:00"], "tue-sun": []}),
        ({"mon": ["10:00:30-11:00"]}, {"mon": ["10:00:30-11:00"], "tue-sun": []}),
    ],
)
def test_hours_are_understood_as_written(hours: dict[str, Any], understood: dict[str, list[str]]) -> None:
    assert week(hours) == understood


@given(st.integers(0, 86_399), st.integers(1, 86_399))
def test_a_window_reads_back_as_it_was_written(start: int, length: int) -> None:
    text = str(parse_window(_spell(start, start + length)))
    assert str(parse_window(text)) == text
    window = parse_window(text)
    assert (window.start, window.end - window.start) == (start, length)


def _spell(start: int, end: int) -> str:
    def clock(seconds: int) -> str:
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"

    return f"{clock(start)}-{clock(end if end <= 86_400 else end - 86_400)}"


@pytest.mark.parametrize(
    ("shape", "key", "says"),
    [
        ({"zone": "Europe/Madird"}, "timezone", "got 'Europe/Madird'; nearest: Europe/Madrid"),
        ({"zone": "Europe"}, "timezone", "expected an IANA zone"),
        ({"zone": "../etc/passwd"}, "timezone", "expected an IANA zone"),
        ({"zone": None}, "timezone", "expected an IANA zone"),
        ({"hours": {"mon": ["9-14"]}}, "hours.mon", 'got "9-14"'),
        ({"hours": {"mon": ["09:00-25:00"]}}, "hours.mon", 'from 00:00 to 24:00, got "09:00-25:00"'),
        ({"hours": {"mon": ["09:60-10:00"]}}, "hours.mon", 'got "09:60-10:00"'),
        ({"hours": {"mon": ["09:00-09:00"]}}, "hours.mon", '"09:00-09:00" is empty; write "00:00-24:00"'),
        ({"hours": {"mon": ["24:00-06:00"]}}, "hours.mon", "starts at 24:00"),
        ({"hours": {"mon": "09:00-14:00"}}, "hours.mon", "expected a list"),
        ({"hours": {"mon": [900]}}, "hours.mon", 'got "900"'),
        ({"hours": ["09:00-14:00"]}, "hours", "expected a table"),
        (
            {"hours": {"lunes": []}},
            "hours.lunes",
            'a day (mon, tue, wed, thu, fri, sat, sun) or a range such as "mon-thu"',
        ),
        ({"hours": {"mon-wed-fri": []}}, "hours.mon-wed-fri", 'got "mon-wed-fri"'),
        ({"hours": {"mon-fri": [], "fri": []}}, "hours.fri", 'fri is already named by "mon-fri"'),
        ({"seasons": {"from": "06-15"}}, "seasons", "expected a list"),
        ({"seasons": [{"from": "06-15", "to": "09-15"}]}, "seasons.0", "expected { from"),
        ({"seasons": [{"from": "6-15", "to": "09-15", "hours": {}}]}, "seasons.0.from", 'got "6-15"'),
        ({"seasons": [{"from": "06-15", "to": "02-30", "hours": {}}]}, "seasons.0.to", 'got "02-30"'),
        ({"seasons": [{"from": "06-15", "to": "07-01", "hours": {}, "hour": 1}]}, "seasons.0.hour", "unknown key"),
        (
            {"seasons": [{"from": "12-15", "to": "01-15", "hours": {}}, {"from": "01-15", "to": "02-01", "hours": {}}]},
            "seasons.1",
            "12-15 to 01-15 and 01-15 to 02-01 both hold on 01-15",
        ),
        ({"seasons": [{"from": "06-15", "to": "07-01", "hours": {"x": []}}]}, "seasons.0.hours.x", 'got "x"'),
        ({"holidays": "ES"}, "holidays", "expected { country"),
        ({"holidays": {"country": "es"}}, "holidays.country", "got 'es'; nearest: ES"),
        ({"holidays": {"country": "XX"}}, "holidays.country", 'such as "ES" or "CO", got \'XX\''),
        ({"holidays": {"country": "date"}}, "holidays.country", "got 'date'"),
        ({"holidays": {"country": "ES", "region": "XX"}}, "holidays.region", "ES has no region 'XX'; allowed: AN, AR,"),
        ({"holidays": {"country": "CO", "region": "BOG"}}, "holidays.region", "it has none"),
        ({"holidays": {"region": "MD"}}, "holidays.region", "no country"),
        ({"holidays": {"extra": ["15-05-2026"]}}, "holidays.extra", "got '15-05-2026'"),
        ({"holidays": {"extra": "2026-05-15"}}, "holidays.extra", "expected a list"),
        ({"holidays": {"countri": "ES"}}, "holidays.countri", "unknown key; allowed: country, region, extra"),
        ({"special": ["2026-12-24"]}, "special", "expected a table"),
        ({"special": {"24-12": []}}, "special.24-12", "got '24-12'"),
        ({"special": {"2027-02-29": []}}, "special.2027-02-29", "got '2027-02-29'"),
        ({"special": {"2026-12-24": ["9"]}}, "special.2026-12-24", 'got "9"'),
    ],
)
def test_a_mistake_is_named_with_its_key_and_value(shape: dict[str, Any], key: str, says: str) -> None:
    with pytest.raises(InvalidCalendar) as raised:
        Calendar.build(**{"zone": "Europe/Madrid", "hours": {}, **shape})

    assert [found for found, _ in raised.value.problems] == [key]
    assert says in str(raised.value)
    assert isinstance(raised.value, ValueError)


def test_all_mistakes_are_named_at_once() -> None:
    with pytest.raises(InvalidCalendar) as raised:
        Calendar.build(
            zone="Mars/Olympus",
            hours={"mon": ["9", "10"], "x": []},
            seasons=[{"from": "a", "to": "b", "hours": {}}],
            holidays={"country": "ES", "region": "XX", "extra": ["?"]},
            special={"y": ["z"]},
        )

    assert [key for key, _ in raised.value.problems] == [
        "timezone",
        "hours.mon",
        "hours.mon",
        "hours.x",
        "seasons.0.from",
        "seasons.0.to",
        "holidays.extra",
        "holidays.region",
        "special.y",
        "special.y",
    ]


def test_dates_that_toml_already_read_are_taken_as_they_are() -> None:
    calendar = Calendar.build(
        zone="Europe/Madrid",
        hours={"daily": ["09:00-18:00"]},
        holidays={"country": None, "region": None, "extra": [date(2026, 5, 15)]},
        special={date(2026, 12, 24): []},
    )
    assert calendar.windows(date(2026, 5, 15)) == ()
    assert calendar.windows(date(2026, 12, 24)) == ()
    assert calendar.windows(date(2026, 12, 23)) != ()
