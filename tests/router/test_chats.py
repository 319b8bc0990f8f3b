"""Chat, SMS and calls: one open case of an address on an account, one customer, one owner, whatever arrives at once."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.service import route_item, route_items
from tests.router.chat_house import LUCIA, LUCIA_PHONE, ChatHouse, chat, letter, missed_call, sms, whatsapp
from tests.router.moving import finish
from ventanilla.channel import Message, Party, Screening
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.tables import (
    addresses,
    agents,
    contacts,
    conversation_links,
    conversations,
    inbox,
    messages,
    outbox,
)
from ventanilla.words import AddressKind, InboxState, OutboxKind, Verdict


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def route_until_done(house: ChatHouse, batches: list[list[int]], workers: int) -> None:
    """Many workers at once; what met a deadlock or a conflict is routed again, as the sweeper would."""

    def work(batch: list[int]) -> None:
        with contextlib.suppress(Temporary):
            route_items(house.router, batch)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(work, batches))
    route_items(house.router, [row_id for batch in batches for row_id in batch])


@pytest.mark.fault(13)
@pytest.mark.parametrize("size", [1, 7, 50])
def test_fifty_first_chat_messages_of_one_person_at_once_are_one_case_with_one_owner(
    house: ChatHouse, size: int
) -> None:
    rows = [house.put("chat", chat(f"Mensaje {number}")) for number in range(50)]

    route_until_done(house, [rows[start : start + size] for start in range(0, 50, size)], workers=8)

    (case,) = house.rows(conversations)
    assert len(house.rows(messages)) == 50
    assert len(house.rows(contacts)) == 1
    assert {row.state for row in house.rows(inbox)} == {InboxState.ROUTED}
    assert [letter.agent for letter in house.letters(OutboxKind.NOTICE)] == [case.owner]
    assert len(house.letters(OutboxKind.ACKNOWLEDGEMENT)) == 1
    assert house.is_sound()


def test_a_chat_goes_on_in_its_open_case_and_another_persons_does_not(house: ChatHouse) -> None:
    house.take("chat", chat("Hola"))
    house.take("chat", chat("¿Siguen ahí?"))
    house.take("chat", chat("Buenas", user="777"))

    cases = house.rows(conversations)
    assert [case.address for case in cases] == [LUCIA, "777"]
    assert [message.conversation_id for message in house.rows(messages)] == [cases[0].id, cases[0].id, cases[1].id]
    assert house.is_sound()


def test_text_messages_and_missed_calls_on_one_number_join_one_case(house: ChatHouse) -> None:
    house.take("telefono", missed_call())
    house.take("telefono", missed_call())
    house.take("telefono", sms("Les he llamado dos veces"))

    (case,) = house.rows(conversations)
    assert (case.account, case.address) == ("+34910000000", LUCIA_PHONE)
    assert [message.medium for message in house.rows(messages)] == ["call", "call", "sms"]
    assert len(house.letters(OutboxKind.NOTICE)) == 1
    assert house.is_sound()


def test_the_same_person_by_sms_whatsapp_and_a_missed_call_is_one_contact_with_one_owner(house: ChatHouse) -> None:
    rows = [house.put("telefono", message) for message in (sms(), whatsapp(), missed_call(), whatsapp(), sms())]

    route_until_done(house, [[row] for row in rows], workers=5)

    cases = house.rows(conversations)
    assert {case.account for case in cases} == {"+34910000000", "whatsapp:+34910000001"}
    assert len(cases) == 2
    assert len({case.owner for case in cases}) == 1
    assert len(house.rows(contacts)) == 1
    (link,) = house.rows(conversation_links)
    assert link.reason == "same customer on another channel"
    assert house.is_sound()


def test_a_customer_who_writes_on_a_second_channel_reaches_the_same_owner_and_the_cases_are_linked(
    house: ChatHouse,
) -> None:
    house.take("soporte", letter())
    one_customer(house, "email", "lucia@clientes.example", "telegram", LUCIA)
    house.take("chat", chat("Les he escrito un correo"))

    first, second = house.rows(conversations)
    assert (second.owner, second.contact_id) == (first.owner, first.contact_id)
    (link,) = house.rows(conversation_links)
    assert {link.conversation_id, link.other_id} == {first.id, second.id}
    assert first.address == "lucia@clientes.example"
    assert first.account == "soporte@example.com"
    assert house.is_sound()


def test_one_customer_on_three_channels_at_once_has_one_owner(house: ChatHouse) -> None:
    one_customer(house, "email", "lucia@clientes.example", "telegram", LUCIA)
    one_customer(house, "email", "lucia@clientes.example", "phone", LUCIA_PHONE)
    rows = [
        house.put(channel, message)
        for number in range(6)
        for channel, message in (
            ("soporte", letter(subject=f"Asunto {number}")),
            ("chat", chat()),
            ("telefono", sms()),
        )
    ]

    route_until_done(house, [[row] for row in rows], workers=8)

    cases = house.rows(conversations)
    assert len(cases) == 8
    assert len({case.owner for case in cases}) == 1
    assert house.is_sound()


def one_customer(house: ChatHouse, kind: str, value: str, new_kind: str, new_value: str) -> None:
    """As `contact link` leaves them: a second address of whoever has the first one (made here if need be)."""
    with house.store.write() as connection:
        this = (addresses.c.kind == kind) & (addresses.c.value == value)
        contact = connection.scalar(sa.select(addresses.c.contact_id).where(this))
        if contact is None:
            new = sa.insert(contacts).values(name="Lucía", tags=[], created_at=house.now).returning(contacts.c.id)
            contact = connection.execute(new).scalar_one()
            connection.execute(
                sa.insert(addresses).values(kind=kind, value=value, contact_id=contact, created_at=house.now)
            )
        row = {"kind": new_kind, "value": new_value, "contact_id": contact, "created_at": house.now}
        connection.execute(sa.insert(addresses).values(row))


def test_a_second_channel_of_another_team_reaches_the_owner_who_is_in_both(house: ChatHouse) -> None:
    ventas = '[teams.ventas]\nmembers = ["ana", "luis"]\nduty = ["marta"]\n'
    house.apply(rest=ventas, phone_team="ventas")
    for number in range(3):  # so that whoever has least to do is not whoever has Lucía
        house.take("telefono", sms(number=f"+3460000000{number}"))
    house.take("telefono", sms())
    one_customer(house, "phone", LUCIA_PHONE, "telegram", LUCIA)
    house.take("chat", chat())

    cases = house.rows(conversations)
    assert cases[-1].owner == cases[-2].owner
    assert [case.team for case in cases[-2:]] == ["ventas", "atencion"]


def test_with_nobody_on_duty_a_customer_keeps_the_owner_they_have(store: Store, tmp_path: Path) -> None:
    house = ChatHouse(store, tmp_path, dict.fromkeys(("ana", "luis", "marta"), 'calendar = "madrid"'))
    house.take("telefono", sms())
    house.later(hours=12)  # ten at night
    house.take("telefono", whatsapp())

    first, second = house.rows(conversations)
    assert second.owner == first.owner != "marta"
    assert second.line_since is None
    assert house.is_sound()


def test_twenty_mails_with_unrelated_subjects_stay_twenty_cases_without_links(house: ChatHouse) -> None:
    rows = [house.put("soporte", letter(subject=f"Asunto {number}")) for number in range(20)]

    route_until_done(house, [rows[start : start + 5] for start in range(0, 20, 5)], workers=4)

    cases = house.rows(conversations)
    assert len(cases) == 20
    assert len({case.owner for case in cases}) == 1
    assert not house.rows(conversation_links)


def test_a_resolved_chat_reopens_within_its_window_and_beyond_it_a_new_case_begins(house: ChatHouse) -> None:
    house.take("chat", chat())
    finish(house, house.rows(conversations)[0])
    house.later(days=2)
    house.take("chat", chat("Otra cosa"))
    (case,) = house.rows(conversations)
    assert (case.state, case.assignment_number) == ("open", 2)

    finish(house, case)
    house.later(days=15)
    house.take("chat", chat("Y otra"))
    assert [case.state for case in house.rows(conversations)] == ["resolved", "open"]
    assert house.is_sound()


def test_an_answer_to_what_is_over_for_too_long_goes_to_the_open_case(house: ChatHouse) -> None:
    first = chat("La lámpara")
    house.take("chat", first)
    finish(house, house.rows(conversations)[0])
    house.later(days=15)
    house.take("chat", chat("El taladro"))
    assert len(house.rows(conversations)) == 2

    house.take(
        "chat", chat("Sobre la lámpara", in_reply_to=(str(first.external_id),))
    )  # over for too long: the open one

    lamp, drill = house.rows(conversations)
    assert [message.conversation_id for message in house.rows(messages)] == [lamp.id, drill.id, drill.id]
    assert house.is_sound()


def test_an_answer_to_a_resolved_case_within_its_window_opens_that_one(house: ChatHouse) -> None:
    one_customer(house, "telegram", LUCIA, "telegram", "7722")
    first = chat("La lámpara")
    house.take("chat", first)
    (lamp,) = house.rows(conversations)
    finish(house, lamp)

    house.take("chat", chat("¿Y bien?", user="7722", in_reply_to=(str(first.external_id),)))  # from their other account

    assert [(case.id, case.assignment_number) for case in house.rows(conversations)] == [(lamp.id, 2)]


def test_an_answer_to_our_own_text_goes_where_that_is(house: ChatHouse) -> None:
    one_customer(house, "telegram", LUCIA, "telegram", "7722")
    house.take("chat", chat())
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    with house.store.write() as connection:
        sent = {"state": "sent", "sent_at": house.now, "external_id": "7000/5511/99"}
        connection.execute(sa.update(outbox).where(outbox.c.id == receipt.id).values(sent))
    house.take("chat", chat("Gracias", user="7722", in_reply_to=("7000/5511/99",)))  # from their other account
    assert house.rows(messages)[-1].conversation_id == receipt.conversation_id
    assert len(house.rows(conversations)) == 1


def test_a_stranger_who_answers_somebody_elses_message_gets_a_case_of_their_own_with_a_link(house: ChatHouse) -> None:
    first = chat()
    house.take("chat", first)
    house.take("chat", chat(user="666", in_reply_to=(str(first.external_id),)))

    one, two = house.rows(conversations)
    (link,) = house.rows(conversation_links)
    assert (link.conversation_id, link.other_id) == (two.id, one.id)
    assert "takes no part" in link.reason


def test_a_case_key_in_a_chat_makes_a_link_and_no_more(house: ChatHouse) -> None:
    house.take("soporte", letter())
    (case,) = house.rows(conversations)
    house.take("chat", chat(f"Es por {case.key}", case_keys=(case.key,)))

    assert len(house.rows(conversations)) == 2
    (link,) = house.rows(conversation_links)
    assert link.reason == "names the case's key"


def test_two_bots_whose_messages_have_the_same_name_do_not_meet(house: ChatHouse) -> None:
    house.take("chat", chat("Uno", external_id="1"))
    house.take("chat", chat("Dos", external_id="2", account="8000", in_reply_to=("1",)))
    assert {case.account for case in house.rows(conversations)} == {"7000", "8000"}
    assert len(house.rows(conversations)) == 2


def test_a_mail_that_names_a_chats_case_never_opens_a_second_one_of_its_address(house: ChatHouse) -> None:
    house.take("chat", chat())
    (first,) = house.rows(conversations)
    one_customer(house, "telegram", LUCIA, "email", "lucia@clientes.example")
    finish(house, first)
    house.apply(team='reopen_within = "1h"')
    house.later(hours=2)
    house.take("chat", chat("Otra cosa"))
    house.apply(team='reopen_within = "1d"')

    house.take("soporte", letter(case_keys=(first.key,)))

    cases = house.rows(conversations)
    assert [case.state for case in cases] == ["resolved", "open", "open"]
    assert house.is_sound()


def test_a_message_that_is_nobodys_is_set_aside(house: ChatHouse) -> None:
    nobody = Party(address="", kind=AddressKind.TELEGRAM)
    screening = Screening(verdict=Verdict.SERVICE, reason="chat:group")
    message = Message(author=nobody, customer=nobody, screening=screening, account="7000", conversational=True)

    assert house.take("chat", message) is InboxState.SCREENED
    assert [row.reason for row in house.rows(inbox)] == ["service: chat:group"]


def test_one_of_us_who_writes_to_the_customers_bot_opens_no_case(house: ChatHouse) -> None:
    with house.store.write() as connection:
        proven = {"telegram": "4040", "telegram_proven_at": house.now}
        connection.execute(sa.update(agents).where(agents.c.name == "ana").values(proven))

    assert house.take("chat", chat(user="4040")) is InboxState.SCREENED

    assert not house.rows(conversations)
    assert [row.reason for row in house.rows(inbox)] == ["own: written by one of the staff to the customers' side"]


def test_routing_a_chat_row_twice_changes_nothing(house: ChatHouse) -> None:
    row = house.put("chat", chat())
    assert route_item(house.router, row) is InboxState.ROUTED
    assert route_item(house.router, row) is None
    assert len(house.rows(messages)) == 1
