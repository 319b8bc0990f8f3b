"""Cases that one of us begins: whom each channel can write to, what waits, and channels that are no longer in the file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from router.assigning.endings import close_what_is_over
from router.incoming.in_person import Taken, read_taken
from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.take import take
from router.moves.write_first import First, write_first
from router.reading import Readers
from router.service import Router, route_item
from tests.router.chat_house import BOT, LUCIA, LUCIA_PHONE, NUMBER, WHATSAPP, ChatHouse, chat, letter, sms
from tests.router.moving import acting, case_of, do, go_out, is_sound
from ventanilla.errors import BadMessage
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, inbox
from ventanilla.words import IN_PERSON, InboxState, OutboxKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def first(channel: str, to: str, **more: Any) -> First:
    return First(to=to, channel=channel, text="Ya está aquí su pedido.", **more)


@pytest.mark.parametrize(
    ("to", "address", "account"),
    [("600 111 222", LUCIA_PHONE, NUMBER), (f"whatsapp:{LUCIA_PHONE}", LUCIA_PHONE, WHATSAPP)],
)
def test_a_text_message_begins_a_case_that_its_customer_goes_on_with(
    house: ChatHouse, to: str, address: str, account: str
) -> None:
    written = do(house, write_first, first("telefono", to))

    (case,) = house.rows(conversations)
    assert (case.key, case.address, case.account, case.owner) == (written.key, address, account, "ana")
    assert (case.state, case.waiting_since, case.origin) == ("waiting_customer", None, "staff")
    with pytest.raises(Refused, match=case.key):
        do(house, write_first, first("telefono", to), as_="luis")
    house.later(hours=1)
    house.take("telefono", sms("¿A qué hora abren?", account=account))
    row = case_of(house, case.key)
    assert (row.waiting_since, row.first_message_at, row.first_response_at) == (house.now, house.now, None)
    assert len(house.rows(conversations)) == 1
    assert is_sound(house)


@pytest.mark.parametrize("over", [False, True])
def test_thanks_for_what_we_began_start_no_clock(house: ChatHouse, over: bool) -> None:
    written = do(house, write_first, first("telefono", LUCIA_PHONE))
    go_out(house, written.outbox_id)
    if over:
        do(house, resolve, written.key)
    house.later(days=1)
    house.take("telefono", sms("Gracias"))
    assert case_of(house, written.key).waiting_since is None

    house.later(days=1)
    house.take("telefono", sms("¿A qué hora abren?"))
    asked = house.now
    house.later(hours=1)
    house.take("telefono", sms("¿Y hoy?"))

    row = case_of(house, written.key)
    assert (row.waiting_since, row.first_message_at, row.first_response_at) == (asked, asked, None)
    assert is_sound(house)


def test_a_bot_writes_first_only_to_whoever_has_written_to_it(house: ChatHouse) -> None:
    with pytest.raises(Refused, match="only to whoever has written"):
        do(house, write_first, first("chat", LUCIA))
    house.take("chat", chat("Hola"))
    (old,) = house.rows(conversations)
    do(house, resolve, old.key, text="ya está", as_=old.owner)

    written = do(house, write_first, first("chat", LUCIA))

    (row,) = house.letters(OutboxKind.REPLY)
    assert (row.via, row.recipient, row.payload["account"]) == ("chat", LUCIA, BOT)
    go_out(house, written.outbox_id)
    assert case_of(house, written.key).first_response_at is None
    assert is_sound(house)


@pytest.mark.parametrize(
    ("channel", "to", "said"),
    [("soporte", "nadie", "a mail address"), ("telefono", "12", "a phone number"), ("otro", "x@y.es", "no channel")],
)
def test_an_address_that_the_channel_cannot_write_to_is_refused(
    house: ChatHouse, channel: str, to: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        do(house, write_first, first(channel, to))
    assert house.rows(conversations) == []


def test_the_customers_answer_to_what_we_wrote_first_goes_on_in_that_case(house: ChatHouse) -> None:
    written = do(house, write_first, first("soporte", "lucia@clientes.example", subject="Su pedido"))
    go_out(house, written.outbox_id)
    (ours,) = house.letters(OutboxKind.REPLY)
    house.later(hours=2)

    house.take("soporte", letter("Voy mañana, ¿vale?", in_reply_to=(ours.message_id,)))

    row = case_of(house, written.key)
    assert (row.state, row.waiting_since, row.first_response_at) == ("open", house.now, None)
    with acting(house) as move:
        answered = write_reply(move, find_case(move, row.key), Answer(text="Sí."))
    house.later(minutes=1)
    go_out(house, answered.outbox_id)
    assert case_of(house, written.key).first_response_at == house.now
    assert is_sound(house)


def taken(house: ChatHouse, **more: Any) -> tuple[int, InboxState | None]:
    row_id, _ = do(house, take, Taken(agent="ana", medium="visit", **more), as_="ana")
    readers = Readers({IN_PERSON: read_taken}, {})
    router = Router(store=house.store, house=house.router.house, readers=readers, clock=lambda: house.now)
    return row_id, route_item(router, row_id)


def test_a_visit_of_a_known_customer_is_linked_to_what_they_wrote_and_its_original_is_kept(house: ChatHouse) -> None:
    house.take("telefono", sms("Hola"))

    row_id, outcome = taken(house, name="Lucía", phone="600 111 222", text="Viene a por el taladro")

    assert outcome is InboxState.ROUTED
    old, new = house.rows(conversations)
    assert (new.owner, new.contact_id, new.channel) == ("ana", old.contact_id, IN_PERSON)
    assert new.promise is None  # no rule named one
    assert new.due_at is not None
    (row,) = house.rows(inbox, lambda t: t.c.id == row_id)
    assert read_taken(row.raw).text == "Viene a por el taladro"
    assert route_item(house.router, row_id) is None
    assert not [one for one in house.letters(OutboxKind.ACKNOWLEDGEMENT) if one.conversation_id == new.id]
    with acting(house) as move:
        write_reply(move, find_case(move, new.key), Answer(text="Ya lo tiene."))
    (reply,) = house.letters(OutboxKind.REPLY)
    assert (reply.via, reply.recipient, reply.payload["account"]) == ("telefono", LUCIA_PHONE, NUMBER)
    assert is_sound(house)


def test_what_nobody_can_have_entered_is_no_visit() -> None:
    for raw in (b"", b"{}", b'{"agent": "ana"}', b'{"agent": "ana", "medium": "visit", "more": 1}'):
        with pytest.raises(BadMessage):
            read_taken(raw)
    visitors = {
        read_taken(Taken(agent="ana", medium="visit", name="Paco").as_bytes()).customer.address for _ in range(2)
    }
    assert len(visitors) == 2


def test_a_case_outlives_its_channels_place_in_the_file(house: ChatHouse) -> None:
    house.take("telefono", sms("Hola"))
    (case,) = house.rows(conversations)
    house.settings["more"] = ""
    without = replace(house.router.house, config=house.load().config)
    house.router = replace(house.router, house=without)
    assert "telefono" not in house.router.house.config.channels

    assert house.router.house.language_of("telefono") == "es"
    with acting(house, case.owner) as move, pytest.raises(Refused, match="no channel of the file"):
        write_reply(move, find_case(move, case.key), Answer(text="Hola"))
    do(house, resolve, case.key, text="ya no hay teléfono", as_=case.owner)
    house.later(days=30)
    close_what_is_over(house.store, house.router.house, Journal(now=house.now, actor="sweeper"))

    assert case_of(house, case.key).state == "closed"
    assert is_sound(house)
