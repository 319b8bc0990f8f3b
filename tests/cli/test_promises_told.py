"""What the commands say of promises: which a case has and why, who was warned, and the nearest due first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.promises.sweep import warn_and_break
from router.timekeeping.keeper import catch_up
from tests.cli.conftest import Ask, Read
from tests.cli.town import Town, build_town
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal

MORE = """resolution = { within = "5h" }

[promises.urgentes]
applies_to = { priority = ["high", "urgent"], channel = "soporte" }
first_response = { within = "15m" }

[[rules]]
when = { subject = "(?i)urgente" }
then = { priority = "urgent" }

[[rules]]
when = { subject = "(?i)pedido" }
then = { promise = "normal" }
"""


@pytest.fixture
def town(sqlite_store: Store, tmp_path: Path) -> Town:
    return build_town(sqlite_store, tmp_path, more=MORE)


def look(town: Town) -> int:
    now = datetime.now(UTC)
    catch_up(town.store, town.house, now=now)
    return warn_and_break(town.store, town.house, Journal(now=now, actor="sweeper"))


def test_explain_says_which_promise_why_and_who_was_told(town: Town, ask: Ask, read: Read) -> None:
    town.write("eva@client.example", subject="URGENTE", ago=timedelta(minutes=20))
    assert look(town) == 1
    (case,) = ask(town, "conversations")

    told = ask(town, "explain", case["key"])["promise"]
    page = read(town, "explain", case["key"])

    assert (told["name"], told["why"]) == ("urgentes", "applies_to")
    assert told["meant_for"] == {"channel": ["soporte"], "priority": ["high", "urgent"]}
    (clock,) = [one for one in told["clocks"] if one["due_at"]]
    assert (clock["metric"], clock["promise"], clock["config_version"]) == ("first_response", "urgentes", 1)
    (alarm,) = told["told"]
    assert (alarm["metric"], alarm["to"], alarm["at"]) == ("first_response", [case["owner"], "marta"], clock["due_at"])
    assert "urgentes: it is meant for channel soporte; priority high or urgent" in page
    assert "first response: due " in page
    assert f"first response: {case['owner']}, marta told that it is late" in page


def test_conversations_by_due_begin_with_what_is_due_first(town: Town, ask: Ask, read: Read) -> None:
    for sender, subject, ago in (("a", "Pedido", 5), ("b", "URGENTE", 4), ("c", "Otra cosa", 50)):
        town.write(f"{sender}@client.example", subject=subject, ago=timedelta(minutes=ago))
    look(town)

    found = ask(town, "conversations", "--open", "--by-due")

    assert [case["subject"] for case in found] == ["Otra cosa", "URGENTE", "Pedido"]
    assert all(case["next_due_at"] == case["due_at"] for case in found)
    page = read(town, "conversations", "--by-due", "--limit", "1")
    assert f"--after {found[0]['key']}" in page
    second = ask(town, "conversations", "--by-due", "--limit", "1", "--after", found[0]["key"])
    assert [case["subject"] for case in second] == ["URGENTE"]


@pytest.mark.parametrize(
    ("subject", "promised"),
    [
        ("urgente", "urgentes: an answer today at 10:15 (it is meant for channel soporte; priority high or urgent)"),
        ("pedido", "normal: an answer today at 11:00 (a rule names it)"),
        ("otra cosa", "normal: an answer today at 11:00 (no other is meant for the case)"),
    ],
)
def test_rules_test_says_what_would_be_promised_and_why(town: Town, read: Read, subject: str, promised: str) -> None:
    message = ("--text", "Hola", "--sender", "eva@client.example", "--subject", subject)

    page = read(town, "rules", "test", *message, "--at", "2026-11-23T10:00")

    assert f"promise   {promised}" in page
