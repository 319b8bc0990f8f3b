"""`reports`, `reports send`, `digest`: what goes out by itself can be seen beforehand, and nothing goes twice."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store
from ventanilla.store.tables import outbox
from ventanilla.words import OutboxKind

MORE = """
[[reports]]
name = "direccion"
every = "month"
to = ["marta", "gestoria@example.com"]
by = ["team"]
"""


@pytest.fixture
def reporting(sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    town = build_town(sqlite_store, tmp_path, more=MORE)
    town.write("lucia@client.example", ago=timedelta(hours=3))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return town


def test_the_reports_of_a_house_are_listed(reporting: Town, ask: Ask, read: Read) -> None:
    (one,) = ask(reporting, "reports")

    assert (one["name"], one["every"], one["at"]) == ("direccion", "month", "08:00")
    assert one["to"] == ["marta", "gestoria@example.com"]
    assert one["last_written_at"] is None
    assert one["next_period"]["from"].endswith("-01")
    assert "gestoria@example.com" in read(reporting, "reports")


def test_a_house_without_reports_says_how_to_have_one(town: Town, read: Read) -> None:
    assert "[[reports]]" in read(town, "reports")
    assert "docs/sent-reports.md" in read(town, "reports", "send", "x", code=2)


def test_a_dry_run_shows_the_letter_and_writes_its_files_here(reporting: Town, read: Read) -> None:
    said = read(reporting, "reports", "send", "direccion", "--dry-run")
    written = sorted(os.listdir())

    assert said.startswith("To: marta, gestoria@example.com\nSubject: Tiempos de respuesta, ")
    assert [Path(name).suffix for name in written] == [".html", ".xlsx"]
    assert html.document_fromstring(Path(written[0]).read_bytes()).xpath("//h1/text()") == ["Tiempos de respuesta"]
    assert Path(written[0]).stat().st_mode & 0o777 == 0o600
    assert "already there" in read(reporting, "reports", "send", "direccion", "--dry-run", code=2)
    with reporting.store.read() as connection:
        assert not connection.execute(outbox.select().where(outbox.c.kind == OutboxKind.DIGEST)).all()


def test_a_report_that_is_sent_by_hand_is_sent_once(reporting: Town, ask: Ask, read: Read) -> None:
    first = ask(reporting, "reports", "send", "direccion")
    again = read(reporting, "reports", "send", "direccion")

    assert first["letters"] == 2
    assert f"direccion was written for {first['period']} on " in again
    assert ask(reporting, "reports")[0]["last_written_at"] is not None
    assert "did you mean" in read(reporting, "reports", "send", "direcion", code=2)


def test_the_digest_shows_what_somebody_would_be_told_now(reporting: Town, ask: Ask, read: Read) -> None:
    by_agent = {one["agent"]: one for one in ask(reporting, "digest")}
    (owner,) = (name for name, one in by_agent.items() if one["text"] and "Prometidos" in one["text"])

    assert "Sus casos de hoy: 1" in read(reporting, "digest", owner)
    assert "nothing to tell" in read(reporting, "digest", "luis" if owner == "ana" else "ana")
    assert 'there is no agent "anna"' in read(reporting, "digest", "anna", code=2)
