"""What was undone is undone in the clocks too: answers that never arrived, merges that were parted, ends that were others."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.answered_in import answered_in
from router.moves.merge import merge, unmerge
from router.moves.reopen import reopen
from router.moves.resolve import resolve
from router.moves.split import split
from router.replies.answered import note_reply_failed
from router.timekeeping.keeper import catch_up
from tests.router.chat_house import ChatHouse, letter, sms, whatsapp
from tests.router.moving import case_of, do, happened, is_sound
from tests.router.test_joining import answer, fails, mails
from ventanilla.channel import Message
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations, messages, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind, Resolution

RESOLUTION = """
[promises.whole]
calendar = "madrid"
applies_to = { channel = ["soporte"] }
first_response = { within = "1h" }
resolution = { within = "8h" }
"""


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path, {"marta": 'role = "supervisor"', "rest": RESOLUTION})


def books(house: ChatHouse) -> None:
    catch_up(house.store, house.router.house, now=house.now)
    assert is_sound(house)


def clock(house: ChatHouse, key: str, metric: str, number: int = 1) -> sa.Row[Any]:
    case_id = case_of(house, key).id
    same = (clocks.c.conversation_id == case_id) & (clocks.c.metric == metric) & (clocks.c.number == number)
    (row,) = house.rows(clocks, lambda _: same)
    return row


def numbers(house: ChatHouse, key: str, metric: str) -> int:
    case_id = case_of(house, key).id
    return len(house.rows(clocks, lambda t: (t.c.conversation_id == case_id) & (t.c.metric == metric)))


def again_from(house: ChatHouse, case: sa.Row[Any], text: str) -> Message:
    """The case's customer answers its first message."""
    said = house.rows(messages, lambda t: t.c.conversation_id == case.id)
    return letter(text, sender=case.address, in_reply_to=(str(said[0].external_id),))


def last_answer_bounces(house: ChatHouse) -> None:
    row = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)[-1]
    with house.store.write() as connection:
        failed = sa.update(outbox).where(outbox.c.id == row.id).values(state=DeliveryState.FAILED, reason="no")
        journal = Journal(now=house.now, actor="deliverer")
        note_reply_failed(connection, house.router.house, connection.execute(failed.returning(outbox)).one(), journal)
        journal.flush(connection)


def test_a_bounced_answer_met_nothing_and_the_wait_goes_on_from_its_start(house: ChatHouse) -> None:
    first, _ = mails(house)
    answer(house, first)
    books(house)
    assert clock(house, first.key, "first_response").ended == "replied"

    house.later(hours=3)
    last_answer_bounces(house)
    books(house)

    row = clock(house, first.key, "first_response")
    assert (row.started_at, row.stopped_at, numbers(house, first.key, "next_response")) == (
        first.waiting_since,
        None,
        0,
    )
    assert clock(house, first.key, "first_resolution").paused == 0
    assert case_of(house, first.key).first_response_at is None


def test_after_a_bounce_in_a_merged_case_and_an_unmerge_the_wait_stands_in_the_case_that_was_not_answered(
    house: ChatHouse,
) -> None:
    first, second = mails(house)
    answer(house, first)
    answer(house, second)
    bounced = house.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)[0]
    house.later(minutes=5)
    do(house, merge, first.key, second.key, as_=first.owner)
    house.later(minutes=5)
    with house.store.write() as connection:
        failed = sa.update(outbox).where(outbox.c.id == bounced.id).values(state=DeliveryState.FAILED, reason="no")
        journal = Journal(now=house.now, actor="deliverer")
        changed = connection.execute(failed.returning(outbox)).one()
        note_reply_failed(connection, house.router.house, changed, journal)
        journal.flush(connection)
    books(house)
    assert case_of(house, second.key).waiting_since == first.waiting_since
    assert clock(house, first.key, "first_response").ended == "merged"

    do(house, unmerge, first.key, as_=first.owner)
    books(house)

    assert case_of(house, first.key).waiting_since == first.waiting_since
    assert case_of(house, second.key).waiting_since is None
    row = clock(house, first.key, "first_response")
    assert (row.started_at, row.stopped_at) == (first.waiting_since, None)


def test_an_answer_from_elsewhere_that_never_arrived_answered_nothing_where_its_chat_goes_on_in_another_case(
    house: ChatHouse,
) -> None:
    house.take("telefono", sms("Hola"))
    house.take("telefono", whatsapp("Hola"))
    old, other = house.rows(conversations)
    house.later(minutes=5)
    sent = answer(house, other)
    do(house, answered_in, old.key, other.key, as_=old.owner)
    do(house, resolve, old.key, as_=old.owner)
    house.later(days=30)
    house.take("telefono", sms("¿Tienen taladros?"))
    books(house)
    assert clock(house, old.key, "first_response").ended == "replied"

    for _ in range(2):
        fails(house, sent)
    books(house)

    assert clock(house, old.key, "first_response").ended == "unanswered"
    assert (case_of(house, old.key).state, case_of(house, old.key).first_response_at) == ("resolved", None)
    assert [row.data["outcome"] for row in happened(house, EventKind.TURN_CLOSED, old.key)] == ["replied", "unanswered"]


def test_the_turn_that_runs_goes_on_when_an_earlier_one_turns_out_to_have_been_ended_by_another_answer(
    house: ChatHouse,
) -> None:
    (first,) = mails(house, 1)
    never_arrived = answer(house, first)
    house.later(minutes=5)
    arrived = answer(house, first, "Y va con regalo.")
    house.later(minutes=5)
    house.take("soporte", again_from(house, first, "¿Qué regalo?"))
    since = house.now
    house.later(minutes=5)

    fails(house, never_arrived)
    books(house)

    assert clock(house, first.key, "first_response").stopped_at == arrived.replied_at
    row = clock(house, first.key, "next_response")
    assert (row.started_at, row.stopped_at) == (since, None)
    assert case_of(house, first.key).waiting_since == since


def test_a_survivor_that_is_over_was_first_answered_when_what_it_absorbed_was(house: ChatHouse) -> None:
    first, second = mails(house)
    early = answer(house, first)
    house.later(minutes=5)
    late = answer(house, second)
    for case in (first, second):
        do(house, resolve, case.key, as_=case.owner)

    do(house, merge, first.key, second.key, as_=first.owner)
    books(house)
    assert case_of(house, second.key).first_response_at == early.replied_at

    do(house, unmerge, first.key, as_=first.owner)
    books(house)
    assert case_of(house, second.key).first_response_at == late.replied_at


def test_the_survivor_of_a_merge_is_due_when_the_earlier_of_the_two_was_and_both_have_their_own_back(
    house: ChatHouse,
) -> None:
    first, second = mails(house)
    books(house)
    own, brought = clock(house, second.key, "first_response"), clock(house, first.key, "first_response")
    assert brought.due_at < own.due_at

    do(house, merge, first.key, second.key, as_=first.owner)
    books(house)
    merged, kept = clock(house, first.key, "first_response"), clock(house, second.key, "first_response")
    assert (merged.ended, merged.stopped_at) == ("merged", house.now)
    assert (kept.started_at, kept.due_at) == (brought.started_at, brought.due_at)
    assert clock(house, second.key, "first_resolution").started_at == brought.started_at

    do(house, unmerge, first.key, as_=first.owner)
    books(house)
    assert clock(house, first.key, "first_response").due_at == brought.due_at
    assert clock(house, second.key, "first_response").due_at == own.due_at
    assert clock(house, second.key, "first_resolution").started_at == own.started_at


def test_a_reopened_case_adds_no_days_to_a_reply_time(house: ChatHouse) -> None:
    first, _ = mails(house)
    answer(house, first)
    do(house, resolve, first.key, as_=first.owner)
    resolved_at = house.now
    house.later(days=1)
    house.take("soporte", again_from(house, first, "¿Y ahora?"))
    assert case_of(house, first.key).waiting_since == house.now
    again = house.now
    books(house)

    late = clock(house, first.key, "next_response")
    assert (late.started_at, late.stopped_at) == (again, None)
    assert clock(house, first.key, "first_response").elapsed < timedelta(hours=1) / timedelta(microseconds=1)
    assert clock(house, first.key, "first_resolution").stopped_at == resolved_at
    assert clock(house, first.key, "full_resolution").stopped_at is None
    reopened = clock(house, first.key, "reopened")
    assert (reopened.started_at, reopened.stopped_at, reopened.ended) == (resolved_at, again, "reopened")


def test_closed_without_an_answer_is_never_met_and_goes_on_when_it_is_reopened_from_the_same_message(
    house: ChatHouse,
) -> None:
    first, _ = mails(house)
    house.later(minutes=1)
    do(house, resolve, first.key, resolution=Resolution.NO_REPLY_NEEDED, as_=first.owner)
    books(house)
    assert clock(house, first.key, "first_response").ended == "no_reply_needed"

    house.later(minutes=5)
    do(house, reopen, first.key, as_=first.owner)
    books(house)

    row = clock(house, first.key, "first_response")
    assert (row.started_at, row.stopped_at) == (first.waiting_since, None)
    assert clock(house, first.key, "reopened").stopped_at == house.now


def test_what_was_split_off_waits_from_its_own_message_and_so_does_what_is_left(house: ChatHouse) -> None:
    first, _ = mails(house)
    house.later(minutes=7)
    house.take("soporte", again_from(house, first, "Otra cosa"))
    own = house.rows(messages, lambda t: t.c.conversation_id == first.id)
    assert len(own) == 2

    new = do(house, split, first.key, own[0].id, as_=first.owner)
    books(house)

    assert clock(house, new.key, "first_response").started_at == own[0].received_at
    rest = clock(house, first.key, "first_response")
    assert (rest.started_at, rest.stopped_at) == (own[1].received_at, None)
    assert numbers(house, first.key, "next_response") == 0
    assert numbers(house, new.key, "time_to_assign") == 0  # somebody had it all along


def test_a_resolution_pauses_while_the_customer_is_waited_for_and_runs_on_with_what_was_left(house: ChatHouse) -> None:
    first, _ = mails(house)
    books(house)
    start = clock(house, first.key, "first_resolution")
    assert start.due_at - start.started_at < timedelta(days=2)
    house.later(minutes=30)
    answer(house, first)
    paused_at = house.now
    books(house)
    paused = clock(house, first.key, "first_resolution")
    assert (paused.paused_since, paused.due_at) == (paused_at, None)

    # a working day later the customer writes: the same business time is left
    house.later(days=1)
    house.take("soporte", again_from(house, first, "Sigo aquí"))
    books(house)

    running = clock(house, first.key, "first_resolution")
    assert running.paused_since is None
    assert running.paused == timedelta(days=1) / timedelta(microseconds=1)
    assert running.due_at - start.due_at == timedelta(days=1)
