"""What our own people send past this service is matched, credited, and stops the clock; everything else in Sent does not."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from router.digests import send_screened_digest
from router.holding import hold_pending_replies
from router.moves.base import begin, find_case
from router.moves.reply import Answer, write_reply
from router.service import route_item, route_items
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from ventanilla.channel import OUTBOUND
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue, reopen_row
from ventanilla.store.tables import conversations, events, inbox, message_refs, messages, outbox
from ventanilla.store.turns import end_case
from ventanilla.words import DeliveryState, EventKind, InboxState, OutboxKind, Resolution, Side

ASKED = "<pregunta@clientes.example>"


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


@pytest.fixture
def on_both(store: Store, tmp_path: Path) -> House:
    """The house on each engine, for what differs between them: locks, arrays, conflicts."""
    return House(store, tmp_path)


def ask(house: House, *, message_id: str = ASKED, **more: Any) -> Any:
    """A customer's mail; its case."""
    assert house.receive(mail(message_id=message_id, **more)) is InboxState.ROUTED
    return house.rows(conversations)[-1]


def sent(
    *,
    sender: str = "Ferretería Sol <soporte@example.com>",
    to: str = "Lucía Ejemplo <lucia@clientes.example>",
    text: str = "Llega mañana.",
    at: datetime | None = None,
    answers: str | None = ASKED,
    message_id: str | None = "<respuesta@example.com>",
    subject: str = "Re: ¿Cuándo llega mi pedido?",
    **headers: str,
) -> bytes:
    """A mail as a mail client files it in Sent."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    if at is not None:
        message["Date"] = format_datetime(at)
    if message_id is not None:
        message["Message-ID"] = message_id
    if answers is not None:
        message["In-Reply-To"] = message["References"] = answers
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()


def file(house: House, raw: bytes, **options: Any) -> InboxState | None:
    """What becomes of a mail in Sent."""
    return house.receive(raw, note=OUTBOUND, **options)


def case_of(house: House, number: int = -1) -> Any:
    return house.rows(conversations)[number]


def test_an_answer_from_a_mail_client_ends_the_turn_at_its_own_time_for_whom_it_names(on_both: House) -> None:
    house = on_both
    ask(house)
    house.later(minutes=30)
    written = house.now - timedelta(minutes=10)

    assert file(house, sent(sender="Ana <soporte@example.com>", at=written)) is InboxState.ROUTED

    case, message = case_of(house), house.rows(messages)[-1]
    assert (case.state, case.waiting_since, case.first_response_at) == ("waiting_customer", None, written)
    assert (message.direction, message.agent, message.side, message.outbox_id) == ("out", "ana", "mailbox", None)
    assert (message.replied_at, message.turn_since) == (written, MONDAY_TEN)
    (told,) = [event for event in house.rows(events) if event.kind == EventKind.MESSAGE_SENT]
    assert (told.at, told.data["credited_by"]) == (written, "name")


def test_an_answer_that_nobody_can_be_told_from_is_the_shared_mailboxes_and_counts_all_the_same(house: House) -> None:
    owner = ask(house).owner
    house.later(minutes=5)

    assert file(house, sent(at=house.now)) is InboxState.ROUTED

    case = case_of(house)
    assert (house.rows(messages)[-1].agent, case.owner, case.waiting_since) == (None, owner, None)


def test_an_answer_without_any_reference_is_matched_by_the_only_case_that_waits(house: House) -> None:
    ask(house)
    house.later(minutes=5)

    assert file(house, sent(at=house.now, answers=None, subject="Su pedido")) is InboxState.ROUTED

    assert case_of(house).waiting_since is None


def test_of_two_waiting_cases_the_subject_decides_and_else_none_is_guessed(house: House) -> None:
    ask(house, subject="Lámpara rota")
    ask(house, subject="Factura", message_id="<otra@clientes.example>")
    house.later(minutes=5)

    assert file(house, sent(at=house.now, answers=None, subject="Hola", message_id="<1@e.c>")) is InboxState.SCREENED
    assert (
        file(house, sent(at=house.now, answers=None, subject="RE: factura", message_id="<2@e.c>")) is InboxState.ROUTED
    )

    waits = {case.subject: case.waiting_since is not None for case in house.rows(conversations)}
    assert waits == {"Lámpara rota": True, "Factura": False}


def test_what_came_after_it_was_written_still_waits(house: House) -> None:
    ask(house)
    written = house.later(minutes=10)
    later = house.later(minutes=10)
    house.receive(mail(message_id="<segunda@clientes.example>", headers={"In-Reply-To": ASKED}))
    house.later(minutes=1)

    file(house, sent(at=written))

    case = case_of(house)
    assert (case.state, case.waiting_since, case.first_response_at) == ("open", later, written)


def test_a_clock_that_runs_behind_answers_nothing_before_it_was_asked(house: House) -> None:
    ask(house)
    filed = house.later(minutes=10)

    file(house, sent(at=MONDAY_TEN - timedelta(hours=2)))

    assert case_of(house).first_response_at == filed


def test_a_clock_that_runs_ahead_answers_when_it_was_filed(house: House) -> None:
    ask(house)
    filed = house.later(minutes=10)

    file(house, sent(at=house.now + timedelta(days=1)))

    assert case_of(house).first_response_at == filed


def test_a_mail_from_before_the_question_answers_nothing(house: House) -> None:
    ask(house)
    house.later(minutes=10)

    file(house, sent(at=MONDAY_TEN - timedelta(days=3), answers=None))

    assert case_of(house).waiting_since == MONDAY_TEN


@pytest.mark.parametrize(
    ("raw", "state"),
    [
        (sent(Auto_Submitted="auto-replied"), InboxState.SCREENED),
        (sent(X_Autoreply="yes"), InboxState.SCREENED),
        (sent(sender="Otra <otra@elsewhere.example>"), InboxState.SCREENED),
        (sent(to="Marta <marta@example.com>"), InboxState.SCREENED),
        (sent(answers=None, to=", ".join(f"c{n}@clientes.example" for n in range(12))), InboxState.SCREENED),
        (sent(answers=None, List_Unsubscribe="<mailto:baja@example.com>"), InboxState.SCREENED),
        (sent(to="Proveedor <ventas@proveedor.example>"), InboxState.ROUTED),
    ],
    ids=["vacation", "autoreply", "none of ours", "a colleague", "a circular", "a newsletter", "a supplier"],
)
def test_what_is_no_answer_to_the_customer_leaves_them_waiting(house: House, raw: bytes, state: InboxState) -> None:
    ask(house)
    house.later(minutes=5)

    assert file(house, raw) is state

    case = case_of(house)
    assert (case.waiting_since, case.first_response_at) == (MONDAY_TEN, None)
    assert all(message.replied_at is None for message in house.rows(messages))


def test_the_same_mail_in_the_inbox_forges_no_answer(house: House) -> None:
    ask(house)
    house.later(minutes=5)

    assert house.receive(sent(sender="Ana <soporte@example.com>", at=house.now)) is InboxState.SCREENED

    assert case_of(house).waiting_since == MONDAY_TEN


def reply(house: House, *, agent: str | None = None, text: str = "Lo miro ahora.") -> Any:
    """An answer through this service, on its way out; its row."""
    case = case_of(house)
    with house.store.write() as connection:
        move = begin(connection, house.router.house, agent or case.owner, Side.COMMAND, now=house.now)
        written = write_reply(move, find_case(move, case.key), Answer(text=text))
        move.journal.flush(connection)
    return next(row for row in house.rows(outbox) if row.id == written.outbox_id)


def test_a_copy_of_what_this_service_sent_counts_no_second_time(house: House) -> None:
    ask(house)
    row = reply(house)

    assert file(house, sent(message_id=row.message_id, text="Lo miro ahora.")) is InboxState.DUPLICATE

    assert len(house.rows(messages)) == 2
    assert case_of(house).waiting_since == MONDAY_TEN  # its own delivery will end that


def gone_out(house: House, row: Any) -> None:
    with house.store.write() as connection:
        change = outbox.update().where(outbox.c.id == row.id)
        connection.execute(change.values(state=DeliveryState.SENT, sent_at=house.now, external_id=row.message_id))


@pytest.mark.parametrize("header", ["X-Ventanilla-Id", "X-Google-Original-Message-ID", None])
def test_an_id_that_a_provider_rewrote_is_learnt_and_leads_the_customer_back(house: House, header: str | None) -> None:
    ask(house)
    row = reply(house)
    gone_out(house, row)
    house.later(seconds=30)
    told = {header: row.message_id} if header else {}
    copy = sent(message_id="<ABC@prod.outlook.example>", text="Lo miro ahora.\n\n> Hola", **told)

    assert file(house, copy) is InboxState.DUPLICATE

    (after,) = [one for one in house.rows(outbox) if one.id == row.id]
    assert after.external_id == "<ABC@prod.outlook.example>"
    house.later(hours=1)
    house.receive(mail(message_id="<tres@clientes.example>", headers={"In-Reply-To": "<ABC@prod.outlook.example>"}))
    assert len(house.rows(conversations)) == 1


def test_our_own_automatic_mail_that_the_provider_files_is_ours(house: House) -> None:
    ask(house)
    (receipt,) = [row for row in house.rows(outbox) if row.kind == OutboxKind.ACKNOWLEDGEMENT]

    assert file(house, sent(message_id=receipt.message_id)) is InboxState.DUPLICATE
    loop = sent(message_id="<x@y.z>", X_Ventanilla_Loop=house.router.house.installation.instance)
    assert file(house, loop) is InboxState.SCREENED

    assert case_of(house).waiting_since == MONDAY_TEN


def test_somebody_was_first_and_the_answer_under_way_is_held_and_its_author_told(on_both: House) -> None:
    house = on_both
    ask(house)
    row = reply(house)
    house.later(seconds=3)

    file(house, sent(sender="marta@example.com", at=house.now))

    (held,) = [one for one in house.rows(outbox) if one.id == row.id]
    assert (held.state, held.reason) == ("held", f"answered: marta {house.now.isoformat(timespec='seconds')}")
    (alert,) = [one for one in house.rows(outbox) if one.kind == OutboxKind.ALERT]
    assert alert.agent == row.agent
    assert "Lo miro ahora." in alert.payload["text"]
    assert case_of(house).owner == row.agent


def test_holding_again_holds_nothing_more(house: House) -> None:
    ask(house)
    row = reply(house)

    def hold() -> list[int]:
        with house.store.write() as connection:
            case = lock_case(connection, row.conversation_id)
            journal = Journal(now=house.now, actor="router")
            return hold_pending_replies(connection, house.router.house, case, journal, by=None, at=house.now)

    assert (hold(), hold()) == ([row.id], [])


def test_an_answer_that_was_routed_before_its_question_counts_once_that_is_there(on_both: House) -> None:
    house = on_both
    written = house.later(minutes=30)
    answer = house.commit(sent(at=written, sender="Luis <soporte@example.com>"), note=OUTBOUND)
    assert route_item(house.router, answer) is InboxState.PENDING  # its question may come any moment
    house.later(minutes=1)
    assert route_item(house.router, answer) is InboxState.SCREENED

    assert house.receive(mail(message_id=ASKED), received=MONDAY_TEN) is InboxState.ROUTED
    house.later(minutes=1)
    woken = overdue(house.store, now=house.now)

    assert woken == [answer]
    assert route_items(house.router, woken) == {answer: InboxState.ROUTED}
    case = case_of(house)
    assert (case.waiting_since, case.first_response_at) == (None, written)


def test_a_mail_that_one_of_us_began_is_in_the_case_that_the_customers_answer_opens(house: House) -> None:
    began = house.commit(
        sent(answers=None, at=house.now, subject="Su presupuesto", message_id="<p@example.com>"), note=OUTBOUND
    )
    assert route_item(house.router, began) is InboxState.SCREENED
    asked = house.later(hours=1)

    house.receive(mail(message_id=ASKED, subject="Re: Su presupuesto", headers={"In-Reply-To": "<p@example.com>"}))
    house.later(minutes=1)
    route_items(house.router, overdue(house.store, now=house.now))

    (case,) = house.rows(conversations)
    assert {row.external_id for row in house.rows(messages)} == {"<p@example.com>", ASKED}
    assert (case.waiting_since, case.first_response_at) == (asked, None)


def test_an_answer_to_a_resolved_case_is_kept_there_and_opens_nothing(house: House) -> None:
    ask(house)
    file(house, sent(at=house.later(minutes=5)))
    house.later(minutes=5)

    assert file(house, sent(at=house.now, message_id="<otra@example.com>")) is InboxState.ROUTED

    replies = [row.turn_since is not None for row in house.rows(messages) if row.direction == "out"]
    assert replies == [True, False]


def test_the_same_sent_mail_under_another_number_is_one_answer(house: House) -> None:
    ask(house)
    house.later(minutes=5)
    raw = sent(at=house.now)

    states = [file(house, raw, identity="same") for _ in range(2)]

    assert states == [InboxState.ROUTED, InboxState.DUPLICATE]


def test_screened_mail_of_ours_is_in_no_ones_digest(house: House) -> None:
    file(house, sent(answers=None))
    file(house, sent(Auto_Submitted="auto-replied"))

    assert [row.state for row in house.rows(inbox)] == ["screened", "screened"]
    assert send_screened_digest(house.store, house.router.house, now=house.now) == 0


def test_a_from_that_is_not_known_for_ours_is_in_the_digest_as_an_alias_may_be_missing(house: House) -> None:
    file(house, sent(sender="Tienda <tienda@example.com>"))

    assert send_screened_digest(house.store, house.router.house, now=house.now) == 1


def test_reading_sent_sends_nothing_and_so_works_where_the_channel_only_observes(house: House) -> None:
    house.apply(mode="observe")
    ask(house)

    assert file(house, sent(at=house.later(minutes=5))) is InboxState.ROUTED

    assert case_of(house).waiting_since is None
    assert {row.state for row in house.rows(outbox)} <= {"dropped", "held"}


def test_a_person_may_let_through_what_looked_automatic(house: House) -> None:
    ask(house)
    house.later(minutes=5)
    row_id = house.commit(sent(at=house.now, X_Autoreply="yes"), note=OUTBOUND)
    route_item(house.router, row_id)
    with house.store.write() as connection:
        assert reopen_row(connection, row_id, states=(InboxState.SCREENED,), released_by="marta")

    assert route_item(house.router, row_id) is InboxState.ROUTED

    assert case_of(house).waiting_since is None


def test_references_of_an_answer_lead_to_its_case(house: House) -> None:
    case = ask(house)
    file(house, sent(at=house.later(minutes=1)))

    known = {row.external_id: row.own for row in house.rows(message_refs) if row.conversation_id == case.id}
    assert known["<respuesta@example.com>"] is True


def bounce(of: str) -> bytes:
    """What a mail server sends back about a mail that it could not deliver."""
    return f"""From: MAILER-DAEMON@mx.example.com\r
To: soporte@example.com\r
Subject: Undelivered Mail Returned to Sender\r
Message-ID: <bounce@mx.example.com>\r
Auto-Submitted: auto-replied\r
MIME-Version: 1.0\r
Content-Type: multipart/report; report-type=delivery-status; boundary=b\r
\r
--b\r
Content-Type: message/delivery-status\r
\r
Reporting-MTA: dns; mx.example.com\r
\r
Final-Recipient: rfc822; lucia@clientes.example\r
Action: failed\r
Status: 5.1.1\r
\r
--b\r
Content-Type: message/rfc822\r
\r
Message-ID: {of}\r
From: soporte@example.com\r
\r
x\r
--b--\r
""".encode()


def test_an_answer_of_a_mail_client_that_bounces_opens_the_turn_again_and_tells_people(on_both: House) -> None:
    house = on_both
    ask(house)
    file(house, sent(sender="marta@example.com", at=house.later(minutes=5)))

    house.receive(bounce("<respuesta@example.com>"))

    case, message = case_of(house), house.rows(messages)[-1]
    assert (case.state, case.waiting_since, case.first_response_at) == ("open", MONDAY_TEN, None)
    assert message.replied_at is None
    told = {row.agent for row in house.rows(outbox) if row.dedupe_key.startswith("ours_bounced")}
    assert told == {"marta", case.owner}


def test_a_bounce_that_comes_before_the_copy_is_filed_counts_once_that_is_there(house: House) -> None:
    ask(house)
    house.receive(bounce("<respuesta@example.com>"))
    file(house, sent(at=house.later(minutes=5)))
    assert case_of(house).waiting_since is None

    house.later(minutes=1)
    route_items(house.router, overdue(house.store, now=house.now))

    assert case_of(house).waiting_since == MONDAY_TEN


def test_an_answer_that_is_found_after_its_case_was_resolved_ended_the_turn_all_the_same(house: House) -> None:
    case = ask(house)
    written = house.later(minutes=10)
    house.later(minutes=1)
    with house.store.write() as connection:
        journal = Journal(now=house.now, actor="ana")
        locked = lock_case(connection, case.id)
        end_case(connection, locked, journal, resolution=Resolution.UNANSWERED, agent="ana")
        journal.flush(connection)
    house.later(minutes=1)

    assert file(house, sent(at=written)) is InboxState.ROUTED

    case, message = case_of(house), house.rows(messages)[-1]
    assert (case.state, case.resolution, case.first_response_at) == ("resolved", "answered", written)
    assert (message.replied_at, message.turn_since) == (written, MONDAY_TEN)


def test_a_mail_that_follows_the_end_of_a_case_changes_nothing_of_it(house: House) -> None:
    case = ask(house)
    with house.store.write() as connection:
        journal = Journal(now=house.later(minutes=1), actor="ana")
        locked = lock_case(connection, case.id)
        end_case(connection, locked, journal, resolution=Resolution.NO_REPLY_NEEDED, agent="ana")
        journal.flush(connection)

    assert file(house, sent(at=house.later(minutes=5))) is InboxState.ROUTED

    case = case_of(house)
    assert (case.state, case.resolution, case.first_response_at) == ("resolved", "no_reply_needed", None)


def test_of_two_answers_the_earlier_one_ended_the_turn_also_when_it_is_found_later(house: House) -> None:
    ask(house)
    early, late = house.later(minutes=5), house.later(minutes=5)
    file(house, sent(sender="luis@example.com", at=late, message_id="<late@example.com>"))
    house.later(minutes=1)

    file(house, sent(sender="marta@example.com", at=early, message_id="<early@example.com>"))

    turns = {row.agent: row.turn_since for row in house.rows(messages) if row.direction == "out"}
    assert turns == {"luis": None, "marta": MONDAY_TEN}
    assert case_of(house).first_response_at == early
