"""A mail becomes a case with one responsible person, told once; an answer finds its case, and what is no customer's opens none."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.house_for_tests import House, letters, mail
from tests.router.moving import finish, is_sound
from ventanilla.store.engine import Store
from ventanilla.store.tables import (
    agents,
    conversation_links,
    conversations,
    inbox,
    messages,
    outbox,
)
from ventanilla.words import InboxState, OutboxKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def test_a_mail_becomes_a_case_with_one_owner_who_is_told_and_a_receipt(house: House) -> None:
    assert house.receive(mail(message_id="<a@clientes.example>", attachment=b"\x89PNG not really")) is InboxState.ROUTED

    (case,) = house.rows(conversations)
    (notice,) = letters(house, OutboxKind.NOTICE)
    (receipt,) = letters(house, OutboxKind.ACKNOWLEDGEMENT)
    assert case.owner in {"ana", "luis"}
    assert (notice.agent, notice.recipient) == (case.owner, f"{case.owner}@example.com")
    assert case.key in notice.payload["subject"]
    assert "Lucía Ejemplo" in notice.payload["text"]
    assert receipt.recipient == "lucia@clientes.example"
    assert case.key in receipt.payload["subject"]
    assert receipt.payload["in_reply_to"] == "<a@clientes.example>"
    assert "hoy a las 11:00" in receipt.payload["text"]
    assert is_sound(house)


def test_an_answer_finds_its_case_whichever_arrives_first(house: House) -> None:
    first = mail(message_id="<1@c.example>")
    second = mail(
        subject="Re: ¿Cuándo llega mi pedido?", message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}
    )

    house.receive(second)
    house.receive(first)

    assert len(house.rows(conversations)) == 1
    assert [message.external_id for message in house.rows(messages)] == ["<2@c.example>", "<1@c.example>"]


def test_an_answer_to_our_receipt_finds_its_case(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>"))
    (receipt,) = letters(house, OutboxKind.ACKNOWLEDGEMENT)

    house.receive(mail(subject="Re: otra cosa", headers={"In-Reply-To": receipt.message_id}))

    assert len(house.rows(conversations)) == 1
    assert len(house.rows(messages)) == 2


def test_a_stranger_who_knows_the_key_gets_a_case_of_their_own_with_a_link(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)

    house.receive(mail(sender="malo@otra.example", subject=f"Re: [{case.key}]"))

    assert len(house.rows(conversations)) == 2
    (link,) = house.rows(conversation_links)
    assert link.other_id == case.id


def test_whom_the_customer_wrote_to_as_well_may_continue_the_case(house: House) -> None:
    house.receive(
        mail(message_id="<1@c.example>", headers={"Cc": "socio@otra.example", "Reply-To": "lucia.casa@c.example"})
    )
    for sender in ("socio@otra.example", "lucia.casa@c.example"):
        house.receive(mail(sender=sender, headers={"In-Reply-To": "<1@c.example>"}))

    assert len(house.rows(conversations)) == 1
    receipts = [letter.recipient for letter in letters(house, OutboxKind.ACKNOWLEDGEMENT)]
    assert receipts == ["lucia@clientes.example"], "an address of another domain has said nothing yet"


def test_the_customer_who_keeps_the_key_in_the_subject_stays_in_the_case(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)
    house.receive(mail(subject=f"Una pregunta más [{case.key}]"))
    assert len(house.rows(conversations)) == 1


def test_two_different_mails_under_one_message_id_are_both_kept(house: House) -> None:
    house.receive(mail(message_id="<same@c.example>", text="La primera pregunta."))
    house.receive(mail(message_id="<same@c.example>", text="Otra cosa distinta."))
    assert len(house.rows(messages)) == 2
    assert is_sound(house)


def test_the_same_item_under_another_key_is_a_duplicate(house: House) -> None:
    raw = mail(message_id="<1@c.example>")
    house.receive(raw, identity="sha256:1")
    assert house.receive(raw, identity="sha256:1") is InboxState.DUPLICATE
    assert len(house.rows(messages)) == 1


def test_more_messages_in_a_turn_restart_nothing_and_notify_once(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>"))
    since = house.rows(conversations)[0].waiting_since
    house.later(minutes=20)
    house.receive(mail(message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}))

    (case,) = house.rows(conversations)
    assert case.waiting_since == since
    assert len(letters(house, OutboxKind.NOTICE)) == 1
    assert {agent.name: agent.load for agent in house.rows(agents)}[case.owner] == 1


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"Auto-Submitted": "auto-replied"}, "lucia@clientes.example"),
        ({"X-Spam-Flag": "YES"}, "lucia@clientes.example"),
        (
            {"List-Id": "<ofertas.tienda.example>", "List-Unsubscribe": "<mailto:x@y.example>", "Precedence": "bulk"},
            "x@y.example",
        ),
        ({}, "soporte@example.com"),
        ({}, "ana@example.com"),
    ],
)
def test_what_no_customer_wrote_opens_no_case_and_is_kept(house: House, headers: dict[str, str], sender: str) -> None:
    assert house.receive(mail(sender=sender, headers=headers)) is InboxState.SCREENED
    assert not house.rows(conversations)
    assert not house.rows(outbox)


def test_an_unreadable_mail_is_quarantined_with_its_bytes_and_a_person_is_told(house: House) -> None:
    assert house.receive(b"\x00\x01\x02") is InboxState.QUARANTINED
    assert house.receive(mail()) is InboxState.ROUTED

    (row,) = house.rows(inbox, lambda table: table.c.state == InboxState.QUARANTINED)
    assert bytes(row.raw) == b"\x00\x01\x02"
    assert [alert.agent for alert in letters(house, OutboxKind.ALERT)] == ["marta"]


@pytest.mark.parametrize("note", ["too large: 60000000 bytes", "flags=\\Seen; unfetchable: the server broke off"])
def test_a_mail_of_which_only_the_header_came_is_set_aside_for_a_person(house: House, note: str) -> None:
    assert house.receive(mail(), note=note) is InboxState.QUARANTINED
    assert not house.rows(conversations)
    assert [alert.agent for alert in letters(house, OutboxKind.ALERT)] == ["marta"]


def test_what_the_mailbox_flagged_as_junk_is_spam(house: House) -> None:
    assert house.receive(mail(), note="flags=\\Flagged $Junk; seen before") is InboxState.SCREENED
    assert house.receive(mail(), note="flags=$NotJunk $Junk") is InboxState.ROUTED


def test_a_resolved_case_reopens_with_the_same_owner_within_its_window(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>"))
    (case,) = house.rows(conversations)
    finish(house, case)
    house.later(days=2)

    house.receive(mail(message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}))

    (reopened,) = house.rows(conversations)
    assert (reopened.state, reopened.owner, reopened.assignment_number) == ("open", case.owner, 2)
    assert is_sound(house)


def test_beyond_the_window_a_new_case_names_the_old(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>"))
    (case,) = house.rows(conversations)
    finish(house, case)
    house.later(days=20)
    house.receive(mail(message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}))
    assert len(house.rows(conversations)) == 2
    assert [link.other_id for link in house.rows(conversation_links)] == [case.id]
