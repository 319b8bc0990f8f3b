"""`kind`, `priority`, `tag` and `receipt` as commands: what each prints, and what it refuses with which cure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cli.conftest import Ask, Read
from tests.cli.town import Town


@pytest.fixture
def key(town: Town, ask: Ask) -> str:
    town.write("lucia@client.example", name="Lucía", ago=timedelta(minutes=30))
    return str(ask(town, "conversations")[0]["key"])


def test_a_case_is_given_its_kind_priority_and_tags(town: Town, ask: Ask, read: Read, key: str) -> None:
    told = ask(town, "kind", key, "complaint", "--reason", "pide la hoja")
    assert (told["changed"], told["kind"], told["deadlines"]) == (True, "complaint", [])
    assert "is a complaint already" in read(town, "kind", key, "COMPLAINT")
    assert ask(town, "priority", key, "high")["priority"] == "high"
    assert ask(town, "tag", key, "+vip", "facturas")["tags"] == ["vip", "facturas"]
    assert "is tagged facturas" in read(town, "tag", key, "-vip")
    assert "is tagged with nothing" in read(town, "tag", key, "-facturas")

    (case,) = ask(town, "show", key)
    assert (case["kind"], case["priority"], case["tags"]) == ("complaint", "high", [])
    changes = [event["data"] for event in case["events"] if event["kind"] == "case_changed"]
    assert [(one["field"], one["from"], one["to"]) for one in changes][:2] == [
        ("kind", "query", "complaint"),
        ("priority", "normal", "high"),
    ]


def test_what_is_no_kind_no_priority_and_no_option_is_refused(town: Town, read: Read, key: str) -> None:
    assert 'got "complain"; did you mean "complaint"?' in read(town, "kind", key, "complain", code=2)
    assert "expected low, normal, high, urgent" in read(town, "priority", key, "higher!", code=2)
    assert "there is no option --vip" in read(town, "tag", key, "--vip", code=2)


def test_a_kind_may_be_said_in_spanish(town: Town, ask: Ask, key: str) -> None:
    assert ask(town, "kind", key, "queja")["kind"] == "complaint"
    assert ask(town, "kind", key, "Reclamación")["kind"] == "claim"


def test_a_receipt_that_no_law_wants_is_refused_with_the_cure(town: Town, read: Read, key: str) -> None:
    said = read(town, "receipt", key, code=2)
    assert f"ventanilla kind {key} complaint" in said
