"""A case ends, is merged or is spam while an answer of ours is still on its way: the answer is neither lost nor counted twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.merge import merge
from router.moves.reply import Answer, Written, write_reply
from router.moves.resolve import mark_spam, resolve
from router.replies.holding import hold_pending_replies
from tests.router.chat_house import ChatHouse
from tests.router.moving import acting, case_of, do, go_out, happened, is_sound
from tests.router.test_joining import answer, mails
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import outbox
from ventanilla.words import EventKind, OutboxKind, Resolution


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def on_its_way(house: ChatHouse, case: sa.Row[Any]) -> Written:
    with acting(house, case.owner) as move:
        return write_reply(move, find_case(move, case.key), Answer(text="Sale hoy."))


def state_of(house: ChatHouse, written: Written) -> tuple[str, str | None]:
    (row,) = house.rows(outbox, lambda t: t.c.id == written.outbox_id)
    return row.state, row.reason


def test_a_case_that_needs_no_reply_ends_with_the_answer_that_is_on_its_way(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    written = on_its_way(house, case)

    moved = do(house, resolve, case.key, resolution=Resolution.NO_REPLY_NEEDED, as_=case.owner)
    assert (moved.waits_for, case_of(house, case.key).state) == (written.outbox_id, "open")
    go_out(house, written.outbox_id)

    row = case_of(house, case.key)
    assert (row.state, row.first_response_at) == ("resolved", house.now)
    (closed,) = happened(house, EventKind.TURN_CLOSED)
    assert closed.data["outcome"] == "replied"
    assert is_sound(house)


def test_a_case_in_which_nobody_waits_ends_with_the_second_answer_that_is_on_its_way(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    answer(house, case)
    written = on_its_way(house, case)

    moved = do(house, resolve, case.key, as_=case.owner)
    assert (moved.waits_for, case_of(house, case.key).state) == (written.outbox_id, "waiting_customer")
    house.later(seconds=11)
    go_out(house, written.outbox_id)

    row = case_of(house, case.key)
    assert (row.state, row.resolved_at) == ("resolved", house.now)
    assert is_sound(house)


def test_no_answer_goes_out_to_spam_and_its_author_keeps_what_they_wrote(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    written = on_its_way(house, case)

    do(house, mark_spam, case.key, as_=case.owner)

    assert state_of(house, written) == ("held", f"spam: {case.owner}")
    (alert,) = house.letters(OutboxKind.ALERT)
    assert (alert.agent, "Sale hoy." in alert.payload["text"]) == (case.owner, True)
    assert [event.data["held"] for event in happened(house, EventKind.REPLY_HELD)] == ["spam"]
    assert is_sound(house)


def test_somebody_was_first_in_the_survivor_and_an_answer_under_the_merged_key_is_held(house: ChatHouse) -> None:
    first, second = mails(house)
    written = on_its_way(house, first)
    do(house, merge, first.key, second.key, as_=first.owner)

    journal = Journal(now=house.now, actor="router")
    with house.store.write() as connection:
        kept = lock_case(connection, second.id)
        held = hold_pending_replies(connection, house.router.house, kept, journal, by=None, at=house.now)
        journal.flush(connection)

    assert held == [written.outbox_id]
    assert state_of(house, written)[0] == "held"
