"""What our own people send past this service is matched, credited, and stops the clock; everything else in Sent does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from router.notices.digests import send_screened_digest
from router.service import route_item
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from tests.router.sent_mail import ASKED, ask, case_of, file, sent, sound
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.inbox import reopen_row
from ventanilla.store.tables import conversations, events, inbox, message_refs, messages, outbox
from ventanilla.words import EventKind, InboxState


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(sqlite_store, tmp_path)
    yield made
    sound(made)


@pytest.fixture
def on_both(store: Store, tmp_path: Path) -> Iterator[House]:
    """The house on each engine, for what differs between them: locks, arrays, conflicts."""
    made = House(store, tmp_path)
    yield made
    sound(made)


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
