"""Public holidays and deadlines in working days, as METRICS.md's vectors have them (holidays 0.109)."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from ventanilla.clocks.calendar import Calendar

HOURS = {"mon-fri": ["09:00-18:00"]}
RECEIVED = date(2026, 12, 4)  # a Friday


def calendar(country: str | None = None, region: str | None = None, extra: tuple[str, ...] = ()) -> Calendar:
    return Calendar.build(
        zone="Europe/Madrid", hours=HOURS, holidays={"country": country, "region": region, "extra": list(extra)}
    )


@pytest.mark.parametrize(
    ("country", "region", "deadline"),
    [
        ("CO", None, date(2026, 12, 29)),
        ("ES", None, date(2026, 12, 29)),
        ("ES", "MD", date(2026, 12, 30)),
        ("PE", None, date(2026, 12, 30)),
        ("MX", None, date(2026, 12, 28)),
        (None, None, date(2026, 12, 25)),
    ],
)
def test_fifteen_working_days_are_counted_from_the_day_after_receipt(
    country: str | None, region: str | None, deadline: date
) -> None:
    assert calendar(country, region).add_working_days(RECEIVED, 15) == deadline


def test_an_extra_holiday_moves_a_deadline_and_a_day_the_house_closes_does_not() -> None:
    closed = Calendar.build(zone="Europe/Madrid", hours=HOURS, special={"2026-12-24": []})
    assert calendar(extra=("2026-12-24",)).add_working_days(RECEIVED, 15) == date(2026, 12, 28)
    assert closed.add_working_days(RECEIVED, 15) == date(2026, 12, 25)


def test_working_days_are_the_laws_whatever_hours_the_house_keeps() -> None:
    saturdays = Calendar.build(zone="Europe/Madrid", hours={"sat": ["10:00-14:00"]}, holidays={"country": "ES"})
    assert not saturdays.working_day(date(2026, 12, 5))
    assert saturdays.working_day(date(2026, 12, 4))
    assert not saturdays.working_day(date(2026, 12, 8))


def test_a_country_that_rests_on_friday_does() -> None:
    assert not calendar("EG").working_day(date(2026, 12, 4))
    assert calendar("EG").working_day(date(2026, 12, 6))


def test_no_days_is_the_same_day_and_less_is_refused() -> None:
    assert calendar("ES").add_working_days(date(2026, 12, 8), 0) == date(2026, 12, 8)
    with pytest.raises(ValueError, match="zero or more"):
        calendar("ES").add_working_days(RECEIVED, -1)


def test_a_regions_holidays_are_its_own() -> None:
    day = date(2026, 5, 2)
    assert calendar("ES", "MD").holiday_name(day, "es") == "Fiesta de la Comunidad de Madrid"
    assert calendar("ES", "Madrid").holiday_name(day) == "Madrid Day"
    assert calendar("ES").holiday_name(day) is None


@pytest.mark.parametrize(
    ("country", "language", "name"),
    [
        ("ES", "es", "Natividad del Señor"),
        ("ES", "en", "Christmas Day"),
        ("ES", "ca", "Nativitat del Senyor"),
        ("ES", "gl", "Natividad del Señor"),
        ("CO", "eu", "Navidad"),
        ("CO", "ca", "Navidad"),
        ("US", "es", "Christmas Day"),
        ("PT", "de", "Christmas Day"),
    ],
)
def test_a_holiday_has_its_name_in_the_language_or_a_near_one_whatever_the_machines_locale(
    country: str, language: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ventanilla.clocks import public_holidays

    public_holidays._year.cache_clear()
    monkeypatch.setenv("LANGUAGE", "th")

    assert calendar(country).holiday_name(date(2026, 12, 25), language) == name


def test_a_holiday_is_closed_and_the_day_after_is_not() -> None:
    madrid = calendar("ES", "MD")
    assert madrid.windows(date(2026, 12, 8)) == ()
    assert [str(window) for window in madrid.windows(date(2026, 12, 9))] == ["09:00-18:00"]


def test_the_holidays_library_is_loaded_only_for_a_calendar_with_a_country() -> None:
    program = """
import sys
from datetime import UTC, datetime
from ventanilla.clocks.calendar import Calendar
at = datetime(2026, 11, 23, 10, tzinfo=UTC)
plain = Calendar.build(zone="Europe/Madrid", hours={"daily": ["09:00-18:00"]}, holidays={"extra": ["2026-05-15"]})
assert plain.is_open(at)
lazy = Calendar.build(zone="Europe/Madrid", hours={"mon": []}, holidays={"country": "ES"}, verify_holidays=False)
assert not lazy.is_open(at)
assert "holidays" not in sys.modules
assert not lazy.working_day(datetime(2026, 12, 8).date())
assert "holidays" in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
