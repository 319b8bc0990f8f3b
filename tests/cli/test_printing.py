"""Tables and texts for people: whole in a pipe, folded on a terminal, harmless on both."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cli.printing import Times, counts, one_line, plural, print_table, readable, span

NOW = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)


def test_a_table_in_a_pipe_has_a_line_a_row_whatever_its_length(capsys: pytest.CaptureFixture[str]) -> None:
    long = "palabra " * 60

    print_table(("key", "count", "subject"), [("K7M-Q2X-VTR", 7, long), ("A", 12, "[bold]x[/bold]")], right=["count"])

    lines = capsys.readouterr().out.splitlines()
    assert lines == [
        "key          count  subject",
        f"K7M-Q2X-VTR      7  {long.strip()}",
        "A               12  [bold]x[/bold]",
    ]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A terminal of so many columns."""

    def of(columns: int) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        for name, value in {"COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "xterm"}.items():
            monkeypatch.setenv(name, value)

    return of


def test_a_column_that_may_fold_gives_way_to_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], terminal: Callable[[int], None]
) -> None:
    terminal(40)

    print_table(
        ("key", "subject"), [("K7M-Q2X-VTR", "uno dos tres cuatro cinco seis siete ocho nueve")], folds=["subject"]
    )

    _, *lines = capsys.readouterr().out.splitlines()
    assert lines == ["K7M-Q2X-VTR  uno dos tres cuatro cinco", "             seis siete ocho nueve"]


def test_keys_stay_whole_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], terminal: Callable[[int], None]
) -> None:
    terminal(10)

    print_table(("key", "at", "subject"), [("K7M-Q2X-VTR", "2026-07-01 12:00", "uno dos")], folds=["subject"])

    _, *lines = capsys.readouterr().out.splitlines()
    assert lines == ["K7M-Q2X-VTR  2026-07-01 12:00  uno dos"]


def test_an_indented_table_stands_in(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("1", "2")], indent=3)

    assert capsys.readouterr().out.splitlines() == ["   a  b", "   1  2"]


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    assert readable("a\x1b[31mb\x07\x9b\u202ec\ud800\r\n\tñ 👩‍👧") == "a[31mbc\n\tñ 👩‍👧"
    assert one_line("  a\n\tb  ") == "a b"


def test_times_are_those_of_the_house() -> None:
    times = Times(ZoneInfo("Europe/Madrid"), NOW)

    assert times.at(NOW) == "2026-07-01 12:00"
    assert times.exactly(NOW) == "2026-07-01 12:00:00 CEST"
    assert times.since(NOW - timedelta(minutes=65)) == "1 h 5 min"
    assert times.until(NOW + timedelta(minutes=5)) == "in 5 min"
    assert times.until(NOW - timedelta(minutes=5)) == "5 min late"
    assert [times.at(None), times.exactly(None), times.since(None), times.until(None)] == ["-"] * 4


def test_numbers_read_well() -> None:
    assert counts({"waiting_customer": 1200, "held": 0}) == "1,200 waiting customer"
    assert counts({"held": 0}) == "nothing"
    assert (plural(1, "case"), plural(2, "case"), plural(2, "reply", many="replies")) == (
        "1 case",
        "2 cases",
        "2 replies",
    )
    assert span(45) == "45 s"
