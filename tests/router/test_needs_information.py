"""Asking for what is missing: told until when, no end against the customer before that, and a term that runs from then."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from router.moves.base import find_case
from router.moves.classify import set_kind
from router.moves.needs_information import needs_information
from router.moves.reasoned import Upheld
from router.moves.refusals import Refused
from router.moves.reply import Answer, withdraw_reply, write_reply
from router.moves.resolve import resolve
from router.promises.incomplete import asked_to_complete
from router.promises.lawful import deadlines_of
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import case_of, do, go_out
from ventanilla.measures.fold import stretches
from ventanilla.store.engine import Store
from ventanilla.store.events import events_of
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import Kind, Metric, OutboxKind

LAW = """
[promises.reclamaciones]
applies_to = { kind = ["complaint", "claim"] }
calendar = "espana"
pack = "es-ley-10-2025"

[calendars.espana]
hours = { mon-fri = ["09:00-14:00"] }
holidays = { country = "ES" }
"""


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path, settings={"rest": LAW})


@pytest.fixture
def claim(house: ChatHouse) -> Any:
    house.take("soporte", letter(external_id="<1@c.example>"))
    case = house.rows(conversations)[-1]
    do(house, set_kind, case.key, Kind.CLAIM, as_=case.owner)
    return case_of(house, case.key)


def ask(house: ChatHouse, case: Any) -> Any:
    asked = do(house, needs_information, case.key, "¿Qué factura?", as_=case.owner)
    go_out(house, asked.written.outbox_id)
    return asked


def counted_from(house: ChatHouse, case: Any) -> Any:
    with house.store.read() as connection:
        found = stretches(events_of(connection, case.id))
    (legal,) = [one for one in found if one.metric is Metric.LEGAL]
    return legal.facts.received_at


def test_the_customer_is_told_the_last_day_and_the_term_counts_from_what_they_send(
    house: ChatHouse, claim: Any
) -> None:
    asked = ask(house, claim)

    assert asked.last_day.isoformat() == "2026-12-07"  # ten working days after 23 November
    (row,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)
    assert "¿Qué factura?" in row.payload["text"]
    assert "Tiene hasta el 7 de diciembre de 2026 para completarlo" in row.payload["text"]
    assert counted_from(house, claim) == claim.first_message_at
    sent = house.later(days=3)
    house.take("soporte", letter("La 31", external_id="<2@c.example>", in_reply_to=("<1@c.example>",)))
    assert counted_from(house, claim) == sent


def test_the_case_does_not_end_against_them_before_that_day(house: ChatHouse, claim: Any) -> None:
    asked = ask(house, claim)

    def end(upheld: Upheld) -> Any:
        return do(house, resolve, claim.key, as_=claim.owner, text="sin datos", upheld=upheld)

    with pytest.raises(Refused, match="may send it until"):
        end(Upheld.NO)
    house.now = asked.until + timedelta(seconds=1)
    assert end(Upheld.NO).state == "resolved"


def test_once_they_have_written_nothing_is_waited_for(house: ChatHouse, claim: Any) -> None:
    ask(house, claim)
    house.later(hours=1)
    house.take("soporte", letter("La 31", external_id="<2@c.example>", in_reply_to=("<1@c.example>",)))
    with house.store.read() as connection:
        assert asked_to_complete(connection, claim.id) is None


def test_without_a_law_it_is_only_a_question(house: ChatHouse) -> None:
    house.take("soporte", letter(external_id="<1@c.example>"))
    case = house.rows(conversations)[-1]
    asked = ask(house, case)
    assert (asked.last_day, asked.until) == (None, None)
    assert counted_from(house, case) == case.first_message_at
    with pytest.raises(Refused, match="nothing to send"):
        do(house, needs_information, case.key, "  ", as_=case.owner)


def test_what_is_told_of_the_deadline_counts_from_then_too(house: ChatHouse, claim: Any) -> None:
    ask(house, claim)
    house.later(days=3)
    house.take("soporte", letter("La 31", external_id="<2@c.example>", in_reply_to=("<1@c.example>",)))

    with house.store.read() as connection:
        (deadline,) = deadlines_of(connection, house.router.house, case_of(house, claim.key))
    assert deadline.due_on.isoformat() == "2026-12-18"  # fifteen working days after 26 November


def test_a_question_that_was_taken_back_gives_no_time_and_moves_no_term(house: ChatHouse, claim: Any) -> None:
    asked = do(house, needs_information, claim.key, "¿Qué factura?", as_=claim.owner)
    do(house, withdraw_reply, asked.written.outbox_id, as_=claim.owner)
    with house.store.read() as connection:
        assert asked_to_complete(connection, claim.id) is None
    go_out(house, do(house, write_reply_to, claim.key, as_=claim.owner).outbox_id)
    house.later(days=3)
    house.take("soporte", letter("¿Y bien?", external_id="<2@c.example>", in_reply_to=("<1@c.example>",)))

    assert counted_from(house, claim) == claim.first_message_at


def test_what_they_wrote_before_they_had_the_question_completes_nothing(house: ChatHouse, claim: Any) -> None:
    asked = do(house, needs_information, claim.key, "¿Qué factura?", as_=claim.owner)
    house.later(seconds=5)
    house.take("soporte", letter("Otra cosa", external_id="<2@c.example>", in_reply_to=("<1@c.example>",)))
    house.later(seconds=5)
    go_out(house, asked.written.outbox_id)

    with house.store.read() as connection:
        assert asked_to_complete(connection, claim.id) is not None
    assert counted_from(house, claim) == claim.first_message_at


def write_reply_to(move: Any, key: str) -> Any:
    return write_reply(move, find_case(move, key), Answer(text="Lo miramos."))
