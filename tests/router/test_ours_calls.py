"""Calls made from a number of ours count as the telephone company reports them: only who was reached has been answered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.router.chat_house import LUCIA_PHONE, NUMBER, ChatHouse
from tests.router.house_for_tests import MONDAY_TEN
from ventanilla.channel import Message, Party
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, events, messages
from ventanilla.words import AddressKind, CallOutcome, EventKind, InboxState

LUCIA = Party(address=LUCIA_PHONE, name="Lucía", kind=AddressKind.PHONE)


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def writes(house: ChatHouse) -> Any:
    """Lucía sends an SMS; her case."""
    asked = Message(
        author=LUCIA,
        customer=LUCIA,
        external_id="SM1",
        text="¿Cuándo llega?",
        reply_text="¿Cuándo llega?",
        account=NUMBER,
        conversational=True,
        medium="sms",
    )
    assert house.take("telefono", asked) is InboxState.ROUTED
    return house.rows(conversations)[-1]


def call(outcome: CallOutcome, at: datetime, *, to: Party = LUCIA, by: str = "") -> Message:
    return Message(
        author=Party(address=NUMBER, name=by, kind=AddressKind.PHONE),
        customer=to,
        external_id="CA1",
        to=(to,),
        text="Llamada",
        reply_text="Llamada",
        sent_at=at,
        account=NUMBER,
        conversational=True,
        medium="call",
        outbound=True,
        call_outcome=outcome,
    )


def test_a_call_that_reached_the_customer_ends_the_turn_when_it_was_made(house: ChatHouse) -> None:
    writes(house)
    called = house.later(minutes=10)
    house.later(minutes=4)

    assert house.take("telefono", call(CallOutcome.REACHED, called, by="ana")) is InboxState.ROUTED

    case, message = house.rows(conversations)[-1], house.rows(messages)[-1]
    assert (case.waiting_since, case.first_response_at) == (None, called)
    assert (message.agent, message.side, message.outcome, message.replied_at) == ("ana", "provider", "reached", called)
    (told,) = [event for event in house.rows(events) if event.kind == EventKind.CALLED]
    assert (told.at, told.data["outcome"]) == (called, "reached")
    assert house.is_sound()


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.MESSAGE])
def test_a_call_that_reached_nobody_is_written_down_and_ends_nothing(house: ChatHouse, outcome: CallOutcome) -> None:
    writes(house)

    assert house.take("telefono", call(outcome, house.later(minutes=10))) is InboxState.ROUTED

    case, message = house.rows(conversations)[-1], house.rows(messages)[-1]
    assert (case.waiting_since, case.first_response_at) == (MONDAY_TEN, None)
    assert (message.outcome, message.replied_at) == (outcome, None)


def test_a_call_to_somebody_without_a_case_opens_none(house: ChatHouse) -> None:
    other = Party(address="+34600999888", kind=AddressKind.PHONE)

    assert house.take("telefono", call(CallOutcome.REACHED, house.now, to=other)) is InboxState.SCREENED

    assert house.rows(conversations) == []
