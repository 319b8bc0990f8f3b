"""Where a law wants it, a customer hears before the term expires that their answer will be late: once, and only if it will be."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.automatic.late_by_law import tell_before_late
from router.moves.reply import Answer, write_reply
from router.promises.lawful import deadlines_of
from router.texts.receipts import RECEIPT_WORDS
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import acting, happened
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations
from ventanilla.words import EventKind, OutboxKind

LAW = """
[promises.pqrs]
applies_to = { kind = ["request"] }
calendar = "bogota"
pack = "PACK"

[calendars.bogota]
timezone = "America/Bogota"
hours = { mon-fri = ["09:00-18:00"] }
holidays = { country = "CO" }

[[rules]]
then = { kind = "request" }
"""
DUE = datetime(2026, 12, 16, 5, 0, tzinfo=UTC)  # 15 working days after Monday 23 November end with Tuesday 15 December
BEFORE = datetime(2026, 12, 14, 13, 0, tzinfo=UTC)  # Monday the 14th, eight in the morning in Bogotá


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path, settings={"rest": LAW.replace("PACK", "co-pqrs")})


def opened(house: ChatHouse, message: Any = None, channel: str = "soporte") -> Any:
    """A case with the clock that the bookkeeper would write."""
    house.take(channel, message or letter(external_id="<1@c.example>"))
    case = house.rows(conversations)[-1]
    with house.store.read() as connection:
        (deadline,) = deadlines_of(connection, house.router.house, case)
    values = {
        **{name: getattr(case, name) for name in ("channel", "team", "kind", "priority")},
        "conversation_id": case.id,
        "metric": "legal",
        "number": 1,
        "name": deadline.name,
        "started_at": case.first_message_at,
        "due_at": deadline.due_at,
        "calendar": "bogota",
        "config_version": 1,
        "day": "2026-11-23",
        "hour": 10,
    }
    with house.store.write() as connection:
        connection.execute(sa.insert(clocks), values)
    return case


def tell(house: ChatHouse, at: datetime) -> int:
    house.now = at
    return tell_before_late(house.store, house.router.house, Journal(now=at, actor="sweeper"))


def test_the_customer_is_told_on_the_morning_of_the_working_day_before_and_once(house: ChatHouse) -> None:
    case = opened(house)
    assert house.rows(clocks)[0].due_at == DUE

    assert tell(house, BEFORE - timedelta(seconds=1)) == 0
    assert tell(house, BEFORE) == 1
    assert tell(house, BEFORE + timedelta(hours=3)) == 0

    (row,) = house.letters(OutboxKind.AUTOMATIC)
    assert row.recipient == "lucia@clientes.example"
    assert "acaba el 15 de diciembre de 2026 y no llegaremos a tiempo" in row.payload["text"]
    assert row.payload["headers"]["Auto-Submitted"] == "auto-replied"
    (event,) = happened(house, EventKind.ANNOUNCED, case.key)
    assert event.data == {"what": "late_by_law", "deadline": "co-pqrs:request", "held": False}


def test_nobody_is_told_once_it_is_too_late_to_be_told_before(house: ChatHouse) -> None:
    opened(house)
    assert tell(house, DUE) == 0


def test_with_an_answer_on_its_way_nobody_is_told(house: ChatHouse) -> None:
    case = opened(house)
    house.now = BEFORE
    with acting(house, case.owner) as move:
        write_reply(move, lock_case(move.connection, case.id), Answer(text="Mañana lo tiene."))
    assert tell(house, BEFORE) == 0


def test_in_a_chat_it_is_said_there(house: ChatHouse) -> None:
    case = opened(house, chat("Un certificado, por favor"), "chat")
    assert tell(house, BEFORE) == 1
    (row,) = house.letters(OutboxKind.AUTOMATIC)
    assert (row.via, row.recipient, row.payload["account"]) == ("chat", case.address, case.account)


def test_of_whoever_may_not_be_written_to_the_owner_is_told(house: ChatHouse) -> None:
    opened(house)
    house.apply(mode="internal", channel='only_to = ["*@example.com"]')
    assert tell(house, BEFORE) == 0
    assert tell(house, BEFORE) == 0
    (alert,) = [row for row in house.letters(OutboxKind.ALERT) if "plazo legal" in row.payload["body"]]
    assert "15 de diciembre" in alert.payload["body"]


def test_a_law_that_does_not_want_it_has_nobody_told(house: ChatHouse) -> None:
    house.apply(rest=LAW.replace("PACK", "eu-gdpr-dsar"))
    opened(house)
    assert tell(house, house.rows(clocks)[0].due_at - timedelta(minutes=1)) == 0


def test_every_language_says_the_same_things() -> None:
    codes = {language: set(words) for language, words in RECEIPT_WORDS.items()}
    assert set(codes) == {"es", "en", "ca", "gl", "eu"}
    assert all(found == codes["es"] for found in codes.values())
