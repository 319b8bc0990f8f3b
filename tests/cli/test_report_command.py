"""`report` as a house runs it: a case that was answered a while ago, seen in every form."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.cli.town import Town

Ask = Callable[..., Any]
Read = Callable[..., str]
ROW = {"group", "metric", "count", "p50", "p90", "p95", "max", "within_target", "still_open"}


@pytest.fixture
def busy(town: Town) -> Town:
    """Two customers wait, one of them for two hours, where an hour was promised."""
    town.write("eva@example.org", ago=timedelta(hours=2))
    town.write("iker@example.org", ago=timedelta(minutes=5))
    return town


def test_json_has_the_agreed_rows(busy: Town, ask: Ask) -> None:
    rows = {row["metric"]: row for row in ask(busy, "report", "--from", "yesterday", "--to", "today")}

    assert all(row.keys() >= ROW for row in rows.values())
    first = rows["first_response"]
    assert (first["count"], first["still_open"], first["overdue"], first["within_target"]) == (0, 2, 1, 0.0)
    assert first["open_max"] == pytest.approx(7200, abs=120)
    assert rows["waiting_now"]["count"] == rows["backlog"]["count"] == 2
    assert rows["ingest_lag"]["count"] == 2


def test_rows_by_person_are_each_ones_own(busy: Town, ask: Ask, read: Read) -> None:
    everybody = {row["group"] for row in ask(busy, "report", "--by", "agent", "--metric", "waiting_now")}

    assert len(everybody) == 2
    one = sorted(everybody)[0]
    other = sorted(everybody)[1]
    own = {row["group"] for row in ask(busy, "report", "--by", "agent", "--metric", "waiting_now", "--as", one)}
    assert own == {one}
    refused = read(busy, "report", "--agent", other, "--as", one, code=2)
    assert f"{one} may not see the figures of {other}" in refused


def test_the_table_shows_what_is_open_and_late(busy: Town, read: Read) -> None:
    said = read(busy, "report", "--from", "yesterday", "--to", "today")

    (line,) = (line for line in said.splitlines() if line.startswith("first response "))
    assert "2 (1 late)" in line
    assert "normal promises 90% within 1 h: 0% of 1 were; fewer than 90% were answered at all" in said
    assert "waited longest for one answer" in said


def test_nothing_timed_is_said_in_words(town: Town, read: Read) -> None:
    assert "nothing was timed in these days" in read(town, "report", "--from", "2001-01")


def test_what_is_open_now_is_not_taken_for_what_was_timed_then(busy: Town, read: Read) -> None:
    assert "nothing was timed in these days; what is open is shown as it stands now" in read(
        busy, "report", "--from", "2001-01"
    )
    assert "nothing was timed" not in read(busy, "report")


def test_csv_alone_goes_to_standard_output(busy: Town, read: Read) -> None:
    rows = list(csv.DictReader(StringIO(read(busy, "report", "--csv", "--by", "channel"), newline="")))

    assert {row["group"] for row in rows} == {"soporte"}
    assert rows[0].keys() >= ROW


def test_each_form_goes_into_its_file(busy: Town, read: Read, tmp_path: Path) -> None:
    out = {ending: tmp_path / f"r.{ending}" for ending in ("csv", "xlsx", "html")}

    read(busy, "report", *(word for ending, path in out.items() for word in (f"--{ending}", str(path))), "--excel-es")

    assert out["csv"].read_bytes().startswith(b"\xef\xbb\xbfgroup;metric;")
    assert load_workbook(out["xlsx"]).sheetnames[0] == "Cifras"
    page = out["html"].read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert re.search(r"Cabeza de la cadena del registro: número [1-9]\d*, [0-9a-f]{64}", page)


def test_json_and_a_file_do_not_mix(busy: Town, ask: Ask, tmp_path: Path) -> None:
    assert isinstance(ask(busy, "report", "--csv", str(tmp_path / "r.csv")), list)
    assert (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--by", "chanel"), 'did you mean "channel"'),
        (("--metric", "first"), "--metric: expected ingest_lag, time_to_assign"),
        (("--team", "atencio"), 'there is no team "atencio"'),
        (("--channel", "x"), 'there is no channel "x"'),
        (("--as", "nadie"), 'there is no agent "nadie"'),
        (("--from", "soon"), "--from: expected a date such as"),
        (("--reopened-within", "soon"), "--reopened-within:"),
        (("--json", "--csv"), "--csv and --json both want standard output"),
        (("--xlsx", "missing/r.xlsx"), "cannot be written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_wrong_word_is_named_with_what_is_allowed(town: Town, read: Read, words: tuple[str, ...], told: str) -> None:
    said = read(town, "report", *words, code=2)
    assert told in said
    assert not ("expected" in said and "known here" in said), "what is allowed is said once"


def test_a_report_changes_nothing_but_the_books(busy: Town, ask: Ask) -> None:
    before = ask(busy, "report", "--metric", "reopened", "--metric", "time_to_assign")

    assert json.dumps(ask(busy, "report", "--metric", "reopened", "--metric", "time_to_assign")) == json.dumps(before)
