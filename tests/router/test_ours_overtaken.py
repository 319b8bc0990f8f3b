"""An answer of a mail client, or its bounce, routed while what it belongs to is: neither sees the other, and it counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.past_us.waking import wake_what_is_known
from router.service import route_item, route_items
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from tests.router.sent_mail import ASKED, ask, bounce, case_of, file, sent, sound
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue
from ventanilla.store.past_us import await_refs
from ventanilla.store.tables import awaited_refs, events, inbox, messages
from ventanilla.words import Direction, InboxState

PATIENCE = 60.0


@pytest.fixture
def house(postgresql_store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(postgresql_store, tmp_path)
    yield made
    sound(made)


@contextmanager
def about_to_commit(house: House, row_id: int, direction: Direction) -> Iterator[None]:
    """While this lasts the ledger row is routed, in a transaction that has written such a message and not committed yet."""
    is_there, go_on = threading.Event(), threading.Event()
    found: list[InboxState | None] = []

    def hold(connection: sa.Connection) -> None:
        written = sa.select(messages.c.id).where(messages.c.inbox_id == row_id, messages.c.direction == direction)
        if threading.current_thread() is thread and connection.scalar(written) is not None:
            is_there.set()
            assert go_on.wait(PATIENCE)

    thread = threading.Thread(target=lambda: found.append(route_item(house.router, row_id)))
    sa.event.listen(house.store.engine, "commit", hold)
    thread.start()
    try:
        assert is_there.wait(PATIENCE)
        yield
    finally:
        go_on.set()
        thread.join(PATIENCE)
        sa.event.remove(house.store.engine, "commit", hold)
    assert found == [InboxState.ROUTED]


def sweep(house: House) -> list[int]:
    return wake_what_is_known(house.store, Journal(now=house.now, actor="sweeper"))


def test_an_answer_that_was_screened_while_its_question_was_being_routed_stops_the_clock(house: House) -> None:
    # given both in the ledger, and the question's transaction still open when the answer looks for it
    written = house.later(minutes=30)
    question = house.commit(mail(message_id=ASKED), received=MONDAY_TEN)
    answer = house.commit(sent(at=written, sender="Luis <soporte@example.com>"), note=OUTBOUND)
    house.later(minutes=1)
    with about_to_commit(house, question, Direction.IN):
        assert route_item(house.router, answer) is InboxState.SCREENED
    assert case_of(house).waiting_since == MONDAY_TEN

    # when the sweeper comes
    assert sweep(house) == [answer]
    house.later(minutes=1)
    assert route_items(house.router, overdue(house.store, now=house.now)) == {answer: InboxState.ROUTED}

    # then it counts, and nothing waits any more
    assert (case_of(house).waiting_since, case_of(house).first_response_at) == (None, written)
    assert house.rows(awaited_refs) == []
    assert sweep(house) == []


def test_a_bounce_that_was_screened_while_its_mail_was_being_filed_opens_the_turn_again(house: House) -> None:
    ask(house)
    copy = house.commit(sent(at=house.later(minutes=5)), note=OUTBOUND)
    back = house.commit(bounce("<respuesta@example.com>"))
    with about_to_commit(house, copy, Direction.OUT):
        assert route_item(house.router, back) is InboxState.SCREENED
    assert case_of(house).waiting_since is None

    assert sweep(house) == [back]
    house.later(minutes=1)
    route_items(house.router, overdue(house.store, now=house.now))

    assert case_of(house).waiting_since == MONDAY_TEN


def _awaits_what_is_known(store: Store, folder: Path) -> tuple[House, int]:
    """A house with a bounce that names what a case knows, and that is about nothing of ours."""
    house = House(store, folder)
    ask(house)
    assert house.receive(bounce(ASKED)) is InboxState.SCREENED
    (row,) = [row.inbox_id for row in house.rows(awaited_refs)]
    return house, row


def test_what_still_finds_nothing_is_looked_at_once_and_left_in_peace(store: Store, tmp_path: Path) -> None:
    house, row_id = _awaits_what_is_known(store, tmp_path)

    assert sweep(house) == [row_id]
    house.later(minutes=1)
    assert route_items(house.router, overdue(store, now=house.now)) == {row_id: InboxState.SCREENED}

    assert [row.inbox_id for row in house.rows(awaited_refs)] == [row_id]  # and is found should its mail be filed
    assert sweep(house) == []
    assert [row.actor for row in house.rows(events) if row.kind == "message_replayed"] == ["sweeper"]
    sound(house)


def test_what_nobody_knows_goes_on_waiting(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path)
    assert file(house, sent(answers=None, at=house.now)) is InboxState.SCREENED

    assert sweep(house) == []
    assert [row.state for row in house.rows(inbox)] == ["screened"]


def test_a_sweep_does_a_bounded_piece_and_the_next_goes_on(store: Store, tmp_path: Path) -> None:
    house, first = _awaits_what_is_known(store, tmp_path)
    second = house.commit(bounce("<otra@example.com>").replace(b"<bounce@", b"<bounce2@"))
    route_item(house.router, second)
    with store.write() as connection:
        await_refs(connection, second, [ASKED])
    journal: Callable[[], Journal] = lambda: Journal(now=house.now, actor="sweeper")  # noqa: E731

    assert wake_what_is_known(store, journal(), limit=1) == [first]
    assert wake_what_is_known(store, journal(), limit=1) == [second]
    sound(house)
