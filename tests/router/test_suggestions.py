"""Who may be the same person: noticed in what somebody writes themselves, told once with its reason, never acted upon."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.incoming.suggestions import named_mails, named_phones, names_agree, own_words
from tests.router.chat_house import LUCIA_PHONE, NUMBER, ChatHouse, chat, letter, sms
from ventanilla.channel import Message, Party
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.linking import link_contacts, unlink_address
from ventanilla.store.suggestions import open_suggestions, reject
from ventanilla.store.tables import addresses, contacts, conversations, events
from ventanilla.words import AddressKind, EventKind

SIGNED = "Hola, ¿cuándo llega?\n\n-- \nLucía Pérez\nMóvil: 600 11 12 22\nlucia@clientes.example\n"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def found(house: ChatHouse) -> list[tuple[int, int, str]]:
    with house.store.read() as connection:
        return [(row.contact_id, row.other_id, row.reason) for row in open_suggestions(connection)]


def named(message: Message, name: str) -> Message:
    party = replace(message.customer, name=name)
    return replace(message, author=party, customer=party)


def test_a_number_in_a_signature_that_somebody_has_suggests_them(house: ChatHouse) -> None:
    house.take("telefono", sms())
    house.take("soporte", letter(SIGNED))

    assert found(house) == [(1, 2, "names_phone")]
    (event,) = house.rows(events, lambda table: table.c.kind == EventKind.CONTACT_SUGGESTED)
    assert event.data == {"contact": 1, "other": 2, "reason": "names_phone"}
    assert event.conversation_id == 2
    assert len(house.rows(contacts)) == 2
    assert house.is_sound()


def test_a_mail_address_in_a_chat_that_somebody_has_suggests_them(house: ChatHouse) -> None:
    house.take("soporte", letter())
    house.take("chat", chat("Os escribí desde lucia@clientes.example."))

    assert found(house) == [(1, 2, "names_mail")]


def test_a_mail_that_names_another_mail_does_so_only_under_the_same_name(house: ChatHouse) -> None:
    house.take("soporte", named(letter(sender="lucia@trabajo.example"), "Lucía Pérez"))
    house.take("soporte", named(letter("Preguntad a lucia@trabajo.example", sender="jon@otra.example"), "Jon"))
    house.take("soporte", named(letter("Preguntad a lucia@trabajo.example", sender="x@otra.example"), ""))
    assert found(house) == []

    house.take("soporte", named(letter("También soy lucia@trabajo.example"), "LUCIA PEREZ"))

    assert found(house) == [(1, 4, "same_name")]


def test_names_that_speak_against_it_suggest_nothing(house: ChatHouse) -> None:
    house.take("telefono", named(sms(), "Jon Agirre"))
    house.take("soporte", letter(SIGNED))

    assert found(house) == []


@pytest.mark.parametrize(
    "text",
    [
        "Gracias.\n\nEl lun, 23 nov 2026, Soporte escribió:\n> Llama al 600 11 12 22",
        "Gracias.\n\nDe: Jon <jon@otra.example>\nEnviado: lunes\n\nMóvil 600 11 12 22",
        "Gracias.\n________________________________\nMóvil 600 11 12 22",
        "> Móvil 600 11 12 22\nGracias",
        "Pedido 60011122234567890, factura 600-11-12-22-33-44",
        "https://tienda.example/600111222",
    ],
    ids=["quoted", "outlook", "line", "quoted first", "longer numbers", "in an address"],
)
def test_what_somebody_else_wrote_or_what_is_no_number_suggests_nothing(house: ChatHouse, text: str) -> None:
    house.take("telefono", sms())
    house.take("soporte", letter(text))

    assert found(house) == []


def test_a_forwarded_mail_and_a_list_of_numbers_suggest_nothing(house: ChatHouse) -> None:
    house.take("telefono", sms())
    house.take("soporte", letter(SIGNED, forwarded=True))
    house.take("soporte", letter(SIGNED + "".join(f"6001112{number}\n" for number in range(23, 30))))

    assert found(house) == []


def test_a_number_of_ours_or_the_senders_own_suggests_nothing(house: ChatHouse) -> None:
    house.take("telefono", sms(number=NUMBER))
    house.take("soporte", letter(f"Llamé al {NUMBER}"))
    house.take("telefono", sms(f"Mi número es {LUCIA_PHONE}"))

    assert found(house) == []


def test_two_contacts_that_are_named_at_once_are_nobody_in_particular(house: ChatHouse) -> None:
    house.take("telefono", sms())
    house.take("telefono", sms(number="+34600111333"))
    house.take("soporte", letter(SIGNED + "Fijo: 600 11 13 33\n"))

    assert found(house) == []


def test_each_pair_is_told_once_and_what_was_rejected_not_again(house: ChatHouse) -> None:
    house.take("telefono", sms())
    house.take("soporte", letter(SIGNED))
    house.take("soporte", letter(SIGNED))
    assert len(house.rows(events, lambda table: table.c.kind == EventKind.CONTACT_SUGGESTED)) == 1

    with house.store.write() as connection:
        reject(connection, 1, 2, by="ana", now=house.now)
    house.take("soporte", letter(SIGNED))

    assert found(house) == []


def test_after_a_link_the_next_case_goes_to_the_owner_of_the_open_one_and_unlinking_gives_each_their_own(
    house: ChatHouse,
) -> None:
    # given a customer with a case by mail, and somebody who writes by SMS
    house.take("soporte", letter(SIGNED))
    house.take("telefono", sms())
    mail, text = house.rows(conversations)
    # when they are linked, and write again on the telephone's other account
    journal = Journal(now=house.now, actor="test")
    with house.store.write() as connection:
        link_contacts(connection, mail.contact_id, text.contact_id, journal)
        journal.flush(connection)
    house.take("telefono", sms(account="whatsapp:+34910000001", medium="whatsapp"))
    # then no owner has changed, and the new case is with one of those who have the customer
    first, second, third = house.rows(conversations)
    assert (first.owner, second.owner) == (mail.owner, text.owner)
    assert third.owner in (first.owner, second.owner)
    assert {first.contact_id, second.contact_id, third.contact_id} == {mail.contact_id}
    assert house.is_sound()

    # and an unlinked number takes with it what it started
    with house.store.write() as connection:
        unlink_address(connection, AddressKind.PHONE, LUCIA_PHONE, journal)
        journal.flush(connection)
    first, second, third = house.rows(conversations)
    assert first.contact_id == mail.contact_id
    assert second.contact_id == third.contact_id == text.contact_id
    assert house.is_sound()


def test_a_message_without_numbers_or_addresses_asks_the_store_nothing(house: ChatHouse) -> None:
    house.take("soporte", letter())
    asked: list[str] = []

    def note(_connection: sa.Connection, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    sa.event.listen(house.store.engine, "before_cursor_execute", note)
    house.take("soporte", letter("Hola, llegó el 23/11/2026 a las 10:15, pedido 4711. ¡Gracias!"))

    assert asked
    assert [statement for statement in asked if "addresses.value IN" in statement] == []


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Lucía Pérez", "LUCIA", True),
        ("Lucía Pérez", "Jon Agirre", False),
        ("", "Jon", True),
        ("Jon", "", True),
        ("J. A.", "Eva", True),
        ("María del Mar", "José del Mar", True),
    ],
)
def test_names_agree_unless_both_say_something_else(one: str, other: str, agree: bool) -> None:
    assert names_agree(one, other) is agree


def test_numbers_are_found_in_the_ways_people_write_them(house: ChatHouse) -> None:
    ways = ("600111222", "600 11 12 22", "600.111.222", "+34 600-111-222", "(+34) 600 111 222", "Tel.600111222,")

    for way in ways:
        assert named_phones(f"Llamadme al {way} o escribid", house.router.house) == [LUCIA_PHONE], way
    assert named_mails("Soy <Lucia@Clientes.example>, no soporte@example.com.", house.router.house) == [
        "lucia@clientes.example"
    ]


def test_a_signature_below_the_answer_is_the_senders_own_and_what_follows_is_not() -> None:
    party = Party(address="a@b.example")
    text = "Sí.\n\nUn saludo\nLucía\n600\n\nOn Mon, 23 Nov 2026 at 10:00, Shop wrote:\n> No.\n\n-- \nShop"

    assert own_words(Message(author=party, customer=party, text=text)).split() == [
        "Sí.",
        "Un",
        "saludo",
        "Lucía",
        "600",
    ]


def test_addresses_of_a_contact_are_looked_up_by_their_key(house: ChatHouse) -> None:
    with house.store.read() as connection:
        query = "EXPLAIN QUERY PLAN SELECT contact_id FROM addresses WHERE kind = 'phone' AND value IN ('a', 'b')"
        plan = " ".join(str(row) for row in connection.exec_driver_sql(query))

    assert addresses.name in plan
    assert "SEARCH" in plan
