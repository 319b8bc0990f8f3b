"""Due times, and moments and waits as people say them."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clocks.slow_reference import utc, wall
from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.due import due_at, spoken, waited

MADRID = "Europe/Madrid"
NOW = wall("2026-11-21 10:00", MADRID)  # a Saturday


def test_a_due_time_is_business_time_with_a_calendar_and_plain_time_without() -> None:
    office = Calendar.build(zone=MADRID, hours={"mon-fri": ["09:00-18:00"]})
    assert due_at(NOW, timedelta(hours=1), office) == wall("2026-11-23 10:00", MADRID)
    assert due_at(NOW, timedelta(hours=1)) == NOW + timedelta(hours=1)


@pytest.mark.parametrize(("start", "within"), [(datetime(2026, 11, 21), timedelta(1)), (NOW, timedelta(-1))])
def test_a_naive_start_and_a_negative_time_are_refused(start: datetime, within: timedelta) -> None:
    for calendar in (None, Calendar.always()):
        with pytest.raises(ValueError, match="expected a"):
            due_at(start, within, calendar)


@pytest.mark.parametrize(
    ("moment", "es", "en"),
    [
        ("2026-11-21 17:30", "hoy a las 17:30", "today at 17:30"),
        ("2026-11-21 13:05", "hoy a las 13:05", "today at 13:05"),
        ("2026-11-21 01:05", "hoy a la 1:05", "today at 1:05"),
        ("2026-11-22 09:00", "mañana a las 9:00", "tomorrow at 9:00"),
        ("2026-11-22 00:00:59", "mañana a las 0:00", "tomorrow at 0:00"),
        ("2026-11-20 23:59", "ayer a las 23:59", "yesterday at 23:59"),
        ("2026-11-23 09:00", "el lunes 23 de noviembre a las 9:00", "on Monday 23 November at 9:00"),
        ("2027-01-04 09:00", "el lunes 4 de enero de 2027 a las 9:00", "on Monday 4 January 2027 at 9:00"),
        ("2026-11-18 01:00", "el miércoles 18 de noviembre a la 1:00", "on Wednesday 18 November at 1:00"),
    ],
)
def test_a_moment_is_said_as_people_there_say_it(moment: str, es: str, en: str) -> None:
    assert spoken(wall(moment, MADRID), MADRID, "es", now=NOW) == es
    assert spoken(wall(moment, MADRID), ZoneInfo(MADRID), "en", now=NOW) == en


def test_today_is_the_zones_own_day() -> None:
    now = utc("2026-11-21 23:30")
    assert spoken(now, MADRID, "es", now=now) == "hoy a las 0:30"
    assert spoken(now, "America/Bogota", "es-CO", now=now) == "hoy a las 18:30"
    assert spoken(utc("2026-11-21 22:00"), MADRID, "es", now=now) == "ayer a las 23:00"


@pytest.mark.parametrize(
    ("language", "today", "other"),
    [
        ("ca", "avui a les 17:30", "dimarts 8 d’octubre de 2030 a la 1:15"),
        ("gl", "hoxe ás 17:30", "o martes 8 de outubro de 2030 á 1:15"),
        ("eu", "gaur, 17:30", "asteartea, 2030 urria 8, 1:15"),
    ],
)
def test_the_other_languages_of_spain_are_spoken_too(language: str, today: str, other: str) -> None:
    assert spoken(wall("2026-11-21 17:30", MADRID), MADRID, language, now=NOW) == today
    assert spoken(wall("2030-10-08 01:15", MADRID), MADRID, language, now=NOW) == other


@pytest.mark.parametrize(
    ("seconds", "es", "en"),
    [
        (-5, "0 s", "0 s"),
        (0, "0 s", "0 s"),
        (59.9, "59 s", "59 s"),
        (60, "1 min", "1 min"),
        (12 * 60 + 59, "12 min", "12 min"),
        (3600, "1 h", "1 h"),
        (3 * 3600 + 5 * 60, "3 h 5 min", "3 h 5 min"),
        (86_399, "23 h 59 min", "23 h 59 min"),
        (86_400, "1 día", "1 day"),
        (86_400 + 4 * 3600, "1 día 4 h", "1 day 4 h"),
        (2 * 86_400, "2 días", "2 days"),
        (30 * 86_400 + 5 * 3600, "30 días", "30 days"),
    ],
)
def test_a_wait_is_told_at_a_glance(seconds: float, es: str, en: str) -> None:
    assert waited(seconds, "es") == es
    assert waited(seconds, "en-GB") == en


@given(st.integers(0, 10**8))
def test_a_wait_is_never_told_longer_than_it_was(seconds: int) -> None:
    units = {"s": 1, "min": 60, "h": 3600, "day": 86_400, "days": 86_400}
    words = waited(seconds, "en").split()
    told = sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert told <= seconds < told + (86_400 if told >= 2 * 86_400 else 3600 if told >= 86_400 else 60)


def test_an_unknown_language_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match='expected a language of es, en, ca, gl, eu, got "fr"'):
        spoken(NOW, MADRID, "fr", now=NOW)
    with pytest.raises(ValueError, match='got "fr"'):
        waited(1, "fr")


def test_a_naive_moment_cannot_be_said() -> None:
    with pytest.raises(ValueError, match="with a time zone"):
        spoken(datetime(2026, 11, 21), MADRID, "es", now=NOW)
