"""A calendar's year as an admin is shown it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.year import describe_year, render_year

MADRID = {
    "zone": "Europe/Madrid",
    "hours": {"mon-thu": ["09:00-14:00", "15:00-18:00"], "fri": ["09:00-15:00"]},
    "seasons": [{"from": "06-15", "to": "09-15", "hours": {"mon-fri": ["08:00-15:00"]}}],
    "holidays": {"country": "ES", "region": "MD", "extra": ["2026-05-15"]},
    "special": {"2026-12-24": ["09:00-13:00"], "2026-12-08": ["10:00-12:00"], "2027-12-24": []},
}


def described(year: int = 2026, language: str = "es", **more: Any) -> dict[str, Any]:
    return describe_year(Calendar.build(**{**MADRID, **more}), "madrid", year, language=language)


def test_the_year_as_data_is_all_json_and_complete() -> None:
    data = described()

    assert json.loads(json.dumps(data)) == data
    assert (data["name"], data["zone"], data["year"], data["country"], data["region"]) == (
        "madrid",
        "Europe/Madrid",
        2026,
        "ES",
        "MD",
    )
    assert data["hours"] == {
        "mon-thu": ["09:00-14:00", "15:00-18:00"],
        "fri": ["09:00-15:00"],
        "sat-sun": [],
    }
    assert data["seasons"] == [
        {"from": "06-15", "to": "09-15", "hours": {"mon-fri": ["08:00-15:00"], "sat-sun": []}},
    ]
    assert [day["date"] for day in data["special"]] == ["2026-12-08", "2026-12-24"]
    assert len(data["holidays"]) == 13
    assert data["holidays"][5] == {
        "date": "2026-05-02",
        "weekday": "sat",
        "hours": [],
        "name": "Fiesta de la Comunidad de Madrid",
        "closed_anyway": True,
    }


def test_the_clock_changes_are_told_with_both_walls() -> None:
    assert described()["clock_changes"] == [
        {
            "at": "2026-03-29T01:00:00+00:00",
            "before": "2026-03-29 02:00",
            "after": "2026-03-29 03:00",
            "offset_before": 3600,
            "offset_after": 7200,
        },
        {
            "at": "2026-10-25T01:00:00+00:00",
            "before": "2026-10-25 03:00",
            "after": "2026-10-25 02:00",
            "offset_before": 7200,
            "offset_after": 3600,
        },
    ]
    assert described(zone="America/Bogota")["clock_changes"] == []


@pytest.mark.parametrize(
    ("zone", "year", "hours"), [("Europe/Madrid", 2026, 8760), ("Pacific/Apia", 2011, 8736), ("UTC", 2028, 8784)]
)
def test_day_and_night_is_the_whole_local_year(zone: str, year: int, hours: int) -> None:
    assert describe_year(Calendar.always(zone), "always", year)["open_seconds"] == hours * 3600


def test_opening_hours_and_days_add_up() -> None:
    plain = Calendar.build(zone="Europe/Madrid", hours={"mon-fri": ["09:00-17:30"]}, special={"2026-01-01": []})

    data = describe_year(plain, "plain", 2026)

    assert data["open_days"] == 260
    assert data["open_seconds"] == 260 * (8 * 3600 + 1800)
    assert data["working_days"] == 261


def test_the_page_in_spanish_names_what_was_understood() -> None:
    page = render_year(described(), language="es")

    assert page.splitlines()[0] == "Calendario madrid, 2026 (Europe/Madrid)"
    for line in (
        "  lun-jue  09:00-14:00, 15:00-18:00",
        "  sáb-dom  cerrado",
        "Del 06-15 al 09-15, en lugar del horario semanal",
        "Festivos (ES-MD)",
        "  2026-05-02 sáb  Fiesta de la Comunidad de Madrid (en sáb ya está cerrado)",
        "  2026-05-15 vie  Festivo propio",
        "  2026-12-08 mar  Inmaculada Concepción (día especial: 10:00-12:00)",
        "  2026-12-08 mar  10:00-12:00 (festivo: Inmaculada Concepción)",
        "  2026-12-24 jue  09:00-13:00",
        "  2026-03-29  las 02:00 pasan a ser las 03:00 (de UTC+1:00 a UTC+2:00)",
    ):
        assert line in page.splitlines()
    assert page.splitlines()[-1] == "Abierto 1861 h en el año, en 251 días; 250 días hábiles"


def test_the_page_in_english_of_an_empty_calendar_says_so() -> None:
    page = render_year(describe_year(Calendar.build(zone="UTC", hours={}), "none", 2026), language="en")

    assert page.splitlines() == [
        "Calendar none, 2026 (UTC)",
        "",
        "Weekly hours",
        "  daily  closed",
        "",
        "Holidays",
        "  none",
        "",
        "Open 0 h in the year, on 0 days; 261 working days",
    ]


def test_a_jump_over_midnight_names_the_day_it_lands_on() -> None:
    data = describe_year(Calendar.always("America/Santiago"), "santiago", 2026)
    assert "  2026-04-05  00:00 becomes 2026-04-04 23:00 (UTC-3:00 to UTC-4:00)" in render_year(data).splitlines()
