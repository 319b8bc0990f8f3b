"""The delivery loop by itself: ways out that are slow, letters in parts, files that are away."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.deliver import TRIES_WITHOUT_FILE, Deliverer
from tests.delivery.loop_desk import Desk, Provider
from tests.servers.ports import wait_until
from tests.store.rows import NOW
from ventanilla.channel import Sent
from ventanilla.errors import Ambiguous, LoginRefused, Temporary, TooSoon
from ventanilla.store.engine import Store
from ventanilla.store.outbox import claim_letter
from ventanilla.store.tables import attachments, channels, conversations, events
from ventanilla.words import DeliveryState, EventKind, OutboxKind

DEAD = "a host that never was/1/1"


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return Desk(sqlite_store)


@pytest.fixture
def running() -> Iterator[Callable[[Deliverer], None]]:
    """Runs loops until the test is over."""
    loops: list[tuple[Deliverer, threading.Thread]] = []

    def run(loop: Deliverer) -> None:
        thread = threading.Thread(target=loop.run)
        loops.append((loop, thread))
        thread.start()

    yield run
    for loop, thread in loops:
        loop.stop.set()
        thread.join(20)


def test_a_way_out_that_hangs_with_a_long_line_keeps_no_other_waiting(
    desk: Desk, running: Callable[[Deliverer], None]
) -> None:
    stuck, quick = Provider(blocked=threading.Event()), Provider()
    for number in range(300):
        desk.put(f"stuck {number}", via="stuck")
    for number in range(3):
        desk.put(f"quick {number}", via="quick")

    running(desk.deliverer(senders={"stuck": lambda: stuck, "quick": lambda: quick}))
    try:
        wait_until(lambda: desk.count(DeliveryState.SENT, "quick") == 3 and bool(stuck.got), seconds=30)
        assert desk.count(DeliveryState.SENT, "stuck") == 0
        assert len(stuck.got) == 1
    finally:
        assert stuck.blocked is not None
        stuck.blocked.set()


def test_a_letter_in_parts_goes_on_after_those_that_went_out(desk: Desk) -> None:
    row_id = desk.put()
    desk.provider.answers = [Temporary("busy", parts=["id/1"]), Temporary("still busy"), Sent(external_id="id/1")]

    desk.loop.deliver_due()
    desk.later(minutes=1)
    desk.later(minutes=1)

    assert [letter.parts for letter in desk.provider.got] == [(), ("id/1",), ("id/1",)]
    assert {letter.tried_at for letter in desk.provider.got} == {NOW}
    assert (desk.row(row_id).state, desk.row(row_id).parts) == (DeliveryState.SENT, ["id/1"])


def test_an_answer_that_stopped_midway_without_word_is_told_and_never_begun_again(desk: Desk) -> None:
    row_id = desk.put()
    desk.provider.answers = [Ambiguous("no answer", parts=["id/1", "id/2"])]

    desk.loop.deliver_due()
    for _ in range(3):
        desk.later(hours=1)

    row = desk.row(row_id)
    assert (row.state, row.parts, len(desk.provider.got)) == (DeliveryState.UNKNOWN, ["id/1", "id/2"], 1)
    assert row.reason == "its first 2 parts went out, and the next may have gone out; it is not sent again by itself"
    assert desk.failed == [(row_id, "unknown")]


@pytest.mark.fault(12)
def test_what_may_have_gone_out_is_looked_up_among_what_nothing_else_went_out_as(desk: Desk) -> None:
    desk.provider.repeats = True
    first, second = desk.put("a"), desk.put("b")
    desk.provider.answers = [Ambiguous("no answer"), Sent(external_id="id/other")]

    desk.loop.deliver_due()
    desk.later(minutes=1)

    (looked_up,) = desk.provider.looked_up
    assert (looked_up.id, looked_up.tried_at, looked_up.taken) == (first, NOW, frozenset({"id/other"}))
    assert {desk.row(number).state for number in (first, second)} == {DeliveryState.SENT}


def test_keeping_to_the_pace_is_no_attempt_and_no_trouble_and_keeps_the_order(desk: Desk) -> None:
    first, second, other = desk.put("a"), desk.put("b"), desk.put("c", recipient="luis@example.org")
    desk.provider.answers = [TooSoon("wait", retry_after=3)]

    desk.loop.deliver_due()
    assert [letter.id for letter in desk.provider.got] == [first, other]
    desk.later(seconds=3)

    assert [letter.id for letter in desk.provider.got] == [first, other, first, second]
    assert (desk.row(first).attempts, desk.row(first).tried_at) == (1, NOW + timedelta(seconds=3))
    with desk.store.read() as connection:
        assert connection.scalar(sa.select(channels.c.problem)) is None


def test_when_a_provider_wants_nothing_for_a_while_nothing_is_claimed(desk: Desk) -> None:
    rows = [desk.put(str(number), recipient=f"{number}@example.org") for number in range(3)]
    desk.provider.answers = [TooSoon("wait", retry_after=30, is_whole=True)]

    desk.loop.deliver_due()
    desk.later(seconds=29)
    assert len(desk.provider.got) == 1
    desk.later(seconds=2)

    assert {desk.row(number).state for number in rows} == {DeliveryState.SENT}


def test_a_letter_of_which_nobody_can_say_whether_it_may_go_out_waits_longer_and_longer(desk: Desk) -> None:
    def still_wanted(*_: object) -> None:
        raise KeyError("a payload that this version cannot read")

    row_id = desk.put()
    loop = desk.deliverer(still_wanted=still_wanted)

    loop.deliver_due()

    row = desk.row(row_id)
    assert (row.state, row.attempts, row.reason) == (DeliveryState.PENDING, 1, "KeyError (see the log)")
    assert row.not_before > NOW
    assert desk.provider.got == []


def test_a_notice_that_is_moot_is_dropped_with_its_claim_and_a_moot_answer_is_told_to_its_author(desk: Desk) -> None:
    notice, answer = desk.put("a", kind=OutboxKind.NOTICE), desk.put("b")

    desk.deliverer(still_wanted=lambda *_: "moot").deliver_due()

    rows = [desk.row(number) for number in (notice, answer)]
    assert [(row.state, row.reason, row.claimed_by) for row in rows] == [
        (DeliveryState.DROPPED, "moot", None),
        (DeliveryState.FAILED, "moot", None),
    ]
    assert desk.failed == [(answer, "failed")]
    assert desk.provider.got == []


def test_an_answer_whose_file_is_gone_from_the_store_fails_soon_and_says_so(desk: Desk) -> None:
    with desk.store.write() as connection:
        file = {"filename": "plano.pdf", "content_type": "application/pdf", "size": 3, "sha256": "ab" * 32}
        connection.execute(sa.insert(attachments).values(message_id=1, position=0, inline=False, **file))
    row_id = desk.put(payload={"text": "Va el plano", "files_of": 1})

    for _ in range(TRIES_WITHOUT_FILE + 2):
        desk.later(hours=1)

    row = desk.row(row_id)
    assert (row.state, row.attempts, desk.provider.got) == (DeliveryState.FAILED, TRIES_WITHOUT_FILE, [])
    assert "a file that goes with it is not where the store keeps its files" in row.reason
    assert desk.failed == [(row_id, "failed")]


def test_a_login_that_is_refused_pauses_the_way_out_and_tells_of_it_in_one_transaction(desk: Desk) -> None:
    refusing: Sequence[bool] = [True]

    def tell(_: sa.Connection, *said: str) -> None:
        if refusing[0]:
            raise RuntimeError("nobody can be told just now")
        desk.told.append(said)

    desk.put()
    desk.provider.answers = [LoginRefused("401", cure="set the token anew")] * 2
    desk.loop = desk.deliverer(tell_trouble=tell)

    desk.loop.deliver_due()
    assert paused_at(desk) is None  # not without telling
    refusing = [False]
    desk.later(hours=1)

    assert paused_at(desk) is not None
    assert desk.told == [("soporte", "sending: 401", "set the token anew")]


def paused_at(desk: Desk) -> Any:
    with desk.store.read() as connection:
        return connection.scalar(sa.select(channels.c.paused_at))


def test_a_chat_that_has_moved_is_written_to_at_its_new_address_from_now_on(desk: Desk) -> None:
    first = desk.put("a")
    waiting = desk.put("b", not_before=NOW + timedelta(hours=1))
    desk.provider.answers = [Sent(external_id="id/1", recipient="-1005")]

    desk.loop.deliver_due()

    assert [desk.row(number).recipient for number in (first, waiting)] == ["-1005", "-1005"]
    with desk.store.read() as connection:
        assert connection.scalar(sa.select(conversations.c.address)) == "-1005"
        changed = connection.execute(sa.select(events).where(events.c.kind == EventKind.CONTACT_CHANGED)).one()
    assert changed.data == {"by": "provider", "contact": 1, "changed": ["address"]}


@pytest.mark.fault(12)
def test_whoever_is_long_at_work_on_a_letter_says_so_and_nobody_takes_it_over(
    desk: Desk, running: Callable[[Deliverer], None]
) -> None:
    desk.provider.blocked = threading.Event()
    row_id = desk.put()
    running(desk.loop)
    wait_until(lambda: desk.provider.got, what="the letter at its provider")

    # as somebody on another machine sees it, minute after minute
    for _ in range(3):
        desk.now += timedelta(seconds=50)
        wait_until(lambda: desk.row(row_id).sending_at == desk.now, what="a sign of life")
    desk.provider.blocked.set()
    wait_until(lambda: desk.row(row_id).state == DeliveryState.SENT, what="the letter's end")

    assert desk.row(row_id).attempts == 1


@pytest.mark.parametrize(
    ("kind", "repeats", "state"),
    [
        (OutboxKind.REPLY, False, DeliveryState.UNKNOWN),
        (OutboxKind.AUTOMATIC, False, DeliveryState.UNKNOWN),
        (OutboxKind.REPLY, True, DeliveryState.SENT),
        (OutboxKind.NOTICE, False, DeliveryState.SENT),
    ],
)
def test_what_a_dead_process_was_sending_goes_again_only_where_that_does_no_harm(
    desk: Desk, kind: OutboxKind, repeats: bool, state: DeliveryState
) -> None:
    desk.provider.repeats = repeats
    row_id = desk.put(kind=kind)
    claim_letter(desk.store, row_id, by=DEAD, now=NOW)
    desk.now += timedelta(
        seconds=59
    )  # nobody here can know whether a process elsewhere lives, until it is silent for long
    assert desk.loop.recover() == 0
    desk.now += timedelta(seconds=2)

    assert desk.loop.recover() == 1
    desk.loop.deliver_due()

    assert desk.row(row_id).state == state
    assert (desk.failed == [(row_id, "unknown")]) == (kind is OutboxKind.REPLY and not repeats)
