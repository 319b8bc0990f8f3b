"""`calendar`: a year as understood, from the file alone."""

from __future__ import annotations

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town


def test_a_year_is_told_as_data_and_as_a_page(town: Town, ask: Ask, read: Read) -> None:
    told = ask(town, "calendar", "madrid", "--year", "2026")
    page = read(town, "calendar", "madrid", "--year", "2026")

    assert (told["name"], told["year"], told["zone"]) == ("madrid", 2026, "Europe/Madrid")
    assert told["open_days"] == 261
    assert told["open_seconds"] == 261 * 8 * 3600
    assert "Calendario madrid, 2026" in page


def test_without_a_year_it_is_this_one(town: Town, ask: Ask) -> None:
    assert ask(town, "calendar", "madrid")["year"] == town.now.year


def test_it_needs_no_store(town: Town, ask: Ask) -> None:
    (town.config.parent / "ventanilla.db").unlink()

    assert ask(town, "calendar", "madrid", "--year", "2027")["year"] == 2027
    assert not (town.config.parent / "ventanilla.db").exists()


def test_an_unknown_calendar_is_refused_with_the_nearest(town: Town, read: Read) -> None:
    assert 'there is no calendar "madird"; did you mean "madrid"?' in read(town, "calendar", "madird", code=2)
    assert "1970" in read(town, "calendar", "madrid", "--year", "12", code=2)
