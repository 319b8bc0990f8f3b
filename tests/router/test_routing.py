"""A mail becomes a case with one responsible person, told once; whatever arrives, in whatever order."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.assigning.line import drain_line, move_on_from_absent
from router.service import route_item, route_items
from tests.faults.audited import audited
from tests.router.house_for_tests import House, mail
from ventanilla.errors import Temporary
from ventanilla.store.agents import add_absence
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import (
    agents,
    assignments,
    contacts,
    conversation_links,
    conversations,
    events,
    inbox,
    messages,
    outbox,
)
from ventanilla.words import DeliveryState, InboxState, OutboxKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def sound(house: House) -> bool:
    return audited(house.store, now=house.now)


def journal(house: House) -> Journal:
    return Journal(now=house.now, actor="sweeper")


def letters(house: House, kind: OutboxKind) -> list[sa.Row[Any]]:
    return house.rows(outbox, lambda table: table.c.kind == kind)


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
    assert sound(house)


def test_routing_a_row_twice_changes_nothing(house: House) -> None:
    row_id = house.commit(mail())
    assert route_item(house.router, row_id) is InboxState.ROUTED
    before = (house.rows(events), house.rows(outbox))

    assert route_item(house.router, row_id) is None

    assert (house.rows(events), house.rows(outbox)) == before


def test_routing_a_row_in_eight_threads_at_once_makes_one_case(house: House) -> None:
    row_id = house.commit(mail())

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: route_item(house.router, row_id), range(8)))

    assert outcomes.count(InboxState.ROUTED) == 1
    assert len(house.rows(conversations)) == 1
    assert sound(house)


def test_twenty_mails_of_one_new_sender_at_once_are_twenty_cases_one_contact_one_owner(house: House) -> None:
    rows = [house.commit(mail(subject=f"Asunto {number}", message_id=f"<{number}@x.example>")) for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row_id: route_item(house.router, row_id), rows))

    assert len(house.rows(conversations)) == 20
    assert len(house.rows(contacts)) == 1
    assert len({case.owner for case in house.rows(conversations)}) == 1
    assert sound(house)


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
    assert sound(house)


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


def test_with_nobody_on_duty_the_duty_person_holds_it_silently_until_opening(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path, dict.fromkeys(("ana", "luis", "marta"), 'calendar = "madrid"'))
    house.later(hours=10)  # eight in the evening
    house.receive(mail())

    (case,) = house.rows(conversations)
    (notice,) = letters(house, OutboxKind.NOTICE)
    assert case.owner == "marta"
    assert case.line_since is not None
    assert notice.state == DeliveryState.HELD

    house.later(hours=13, minutes=1)  # a minute past nine the next morning
    assert drain_line(store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner in {"ana", "luis"}
    assert case.line_since is None
    assert [notice.agent for notice in letters(house, OutboxKind.NOTICE)] == ["marta", case.owner]
    assert sound(house)


def test_the_waiting_line_drains_nearest_due_first(house: House) -> None:
    house.apply(capacity="1", members='"ana"')
    house.receive(mail(sender="uno@c.example"))
    for number in (3, 2, 1):  # arrived in this order, received in the other
        received = house.now - timedelta(minutes=10 * number)
        house.receive(mail(sender=f"cliente{number}@c.example", subject=f"Espera {number}"), received=received)
    assert [case.owner for case in house.rows(conversations)] == ["ana", "marta", "marta", "marta"]

    house.apply(capacity="2")
    drain_line(house.store, house.router.house, journal(house))

    owners = {case.subject: case.owner for case in house.rows(conversations)}
    assert owners["Espera 3"] == "ana"
    assert owners["Espera 2"] == owners["Espera 1"] == "marta"
    assert sound(house)


def test_a_case_that_nobody_can_take_holds_up_no_other_of_its_team(house: House) -> None:
    german = '\n[[rules]]\nwhen = { subject = "Deutsch" }\nthen = { skills = ["de"] }\n'
    house.apply(capacity="1", members='"ana"', more=german)
    house.receive(mail(sender="uno@c.example"))
    for number, subject in ((2, "Deutsch bitte"), (1, "Espera")):  # what nobody can do is due first
        received = house.now - timedelta(minutes=10 * number)
        house.receive(mail(sender=f"cliente{number}@c.example", subject=subject), received=received)
    assert [case.owner for case in house.rows(conversations)] == ["ana", "marta", "marta"]

    house.apply(capacity="2")
    drain_line(house.store, house.router.house, journal(house))

    owners = {case.subject: case.owner for case in house.rows(conversations)}
    assert (owners["Deutsch bitte"], owners["Espera"]) == ("marta", "ana")
    assert sound(house)


def test_what_waits_on_somebody_gone_beyond_grace_is_handed_over(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)
    other = {"ana": "luis", "luis": "ana"}[case.owner]
    with house.store.write() as connection:
        add_absence(connection, case.owner, starts_at=house.now, ends_at=None, cover=None, now=house.now)
    house.later(minutes=14)
    drain_line(house.store, house.router.house, journal(house))
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0

    house.later(minutes=2)
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner == other
    assert [row.reason for row in house.rows(assignments)][1] == "owner_off_duty"
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0
    assert sound(house)


def test_whoever_covers_gets_what_waits_at_once(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)
    with house.store.write() as connection:
        add_absence(connection, case.owner, starts_at=house.now, ends_at=None, cover="marta", now=house.now)
    house.later(seconds=1)
    drain_line(house.store, house.router.house, journal(house))

    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner == "marta"
    assert [row.reason for row in house.rows(assignments)][1] == "cover"
    assert case.line_since is None
    assert sound(house)


def test_who_leaves_hands_everything_over_in_the_same_transaction(house: House) -> None:
    for number in range(4):
        house.receive(mail(sender=f"cliente{number}@c.example"))

    house.apply(ana="left = 2026-11-22")

    assert "ana" not in {case.owner for case in house.rows(conversations)}
    assert {agent.name: agent.load for agent in house.rows(agents)}["ana"] == 0
    assert sound(house)


def test_observe_sends_nothing_and_says_why(house: House) -> None:
    house.apply(mode="observe")
    house.receive(mail())
    assert {row.state for row in house.rows(outbox)} == {DeliveryState.DROPPED}
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


def test_internal_writes_to_our_people_and_to_nobody_else(house: House) -> None:
    house.apply(mode="internal")
    house.receive(mail())
    assert [row.state for row in letters(house, OutboxKind.NOTICE)] == [DeliveryState.PENDING]
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


def test_over_fifty_receipts_in_ten_minutes_are_held_for_a_person(house: House) -> None:
    for number in range(53):
        house.receive(mail(sender=f"cliente{number}@c.example", subject=f"Asunto {number}"))

    states = [row.state for row in letters(house, OutboxKind.ACKNOWLEDGEMENT)]
    assert states.count(DeliveryState.PENDING) == 50
    assert states.count(DeliveryState.HELD) == 3
    assert [row.agent for row in letters(house, OutboxKind.ALERT)] == ["marta"]


def test_one_sender_gets_few_receipts_however_much_they_write(house: House) -> None:
    for number in range(8):
        house.receive(mail(subject=f"Asunto {number}"))
    assert len(letters(house, OutboxKind.ACKNOWLEDGEMENT)) == 5


def test_old_mail_gets_no_receipt(house: House) -> None:
    house.receive(mail(), received=house.now - timedelta(hours=13))
    assert not letters(house, OutboxKind.ACKNOWLEDGEMENT)


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


@pytest.mark.fault(16)
def test_a_notice_that_bounces_goes_to_its_owner_another_way_or_to_the_duty_list(house: House) -> None:
    house.receive(mail())
    (notice,) = letters(house, OutboxKind.NOTICE)
    with house.store.write() as connection:
        values = {"state": DeliveryState.SENT, "sent_at": house.now}
        connection.execute(sa.update(outbox).where(outbox.c.id == notice.id).values(values))

    assert house.receive(bounce_of(notice)) is InboxState.SCREENED

    (notice,) = letters(house, OutboxKind.NOTICE)
    assert (notice.state, notice.reason) == (DeliveryState.FAILED, "bounced: 5.1.1")
    assert [alert.agent for alert in letters(house, OutboxKind.ALERT)] == ["marta"]
    assert sound(house)


def bounce_of(row: sa.Row[Any]) -> bytes:
    """What a mail server says about a mail of ours that it could not deliver (RFC 3464)."""
    return f"""From: MAILER-DAEMON@example.com
To: soporte@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

The mail could not be delivered.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {row.recipient}
Action: failed
Status: 5.1.1
--b
Content-Type: text/rfc822-headers

Message-ID: {row.message_id}
Subject: x
--b--
""".encode()


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
    resolve(house, case)
    house.later(days=2)

    house.receive(mail(message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}))

    (reopened,) = house.rows(conversations)
    assert (reopened.state, reopened.owner, reopened.assignment_number) == ("open", case.owner, 2)
    assert sound(house)


def test_beyond_the_window_a_new_case_names_the_old(house: House) -> None:
    house.receive(mail(message_id="<1@c.example>"))
    (case,) = house.rows(conversations)
    resolve(house, case)
    house.later(days=20)
    house.receive(mail(message_id="<2@c.example>", headers={"In-Reply-To": "<1@c.example>"}))
    assert len(house.rows(conversations)) == 2
    assert [link.other_id for link in house.rows(conversation_links)] == [case.id]


def resolve(house: House, case: sa.Row[Any]) -> None:
    """As an agent's `resolve` will: released and resolved at once."""
    with house.store.write() as connection:
        this = assignments.c.conversation_id == case.id
        connection.execute(
            sa.update(assignments).where(this).values(is_open=None, released_at=house.now, release_reason="resolved")
        )
        values = {
            "state": "resolved",
            "owned": None,
            "waiting_since": None,
            "line_since": None,
            "resolved_at": house.now,
        }
        connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
        connection.execute(sa.update(agents).where(agents.c.name == case.owner).values(load=agents.c.load - 1))


def test_a_batch_with_an_odd_one_routes_the_others_and_sets_that_one_aside(house: House) -> None:
    rows = [house.commit(mail(sender=f"cliente{number}@c.example")) for number in range(5)]
    nobody = house.commit(mail(sender=""))

    outcomes = route_items(house.router, [*rows, nobody])

    assert [outcomes[row] for row in rows] == [InboxState.ROUTED] * 5
    assert outcomes[nobody] is InboxState.QUARANTINED
    assert sound(house)


def test_overlapping_batches_in_many_threads_leave_every_row_routed_once(house: House) -> None:
    rows = [
        house.commit(mail(sender=f"cliente{number % 7}@c.example", subject=f"Asunto {number}")) for number in range(40)
    ]
    batches = [rows[start : start + 10] for start in range(0, 40, 5)] + [
        rows[::-1][start : start + 8] for start in range(0, 40, 8)
    ]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda batch: patiently(house, batch), batches))
    route_items(house.router, rows)  # what met a deadlock, as the sweeper would

    assert {row.state for row in house.rows(inbox)} == {InboxState.ROUTED}
    assert len(house.rows(messages)) == 40
    assert len(house.rows(contacts)) == 7
    assert sound(house)


def patiently(house: House, batch: list[int]) -> None:
    with contextlib.suppress(Temporary):
        route_items(house.router, batch)
