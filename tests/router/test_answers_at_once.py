"""An answer that goes out, or comes back, in the moment when its case is merged into another counts there."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.merge import merge
from router.moves.reply import Answer, write_reply
from router.replies.answered import note_reply_failed
from tests.router.chat_house import ChatHouse
from tests.router.moving import acting, case_of, go_out, is_sound
from tests.router.test_joining import mails
from tests.servers.ports import wait_until
from tests.store.test_linking import in_the_background, waits_for_a_lock
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState


@pytest.fixture
def house(postgresql_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(postgresql_store, tmp_path)


def comes_back(house: ChatHouse, outbox_id: int) -> None:
    journal = Journal(now=house.now, actor="deliverer")
    with house.store.write() as connection:
        values = {"state": DeliveryState.FAILED, "reason": "no such user"}
        failed = sa.update(outbox).where(outbox.c.id == outbox_id).values(values).returning(outbox)
        note_reply_failed(connection, house.router.house, connection.execute(failed).one(), journal)
        journal.flush(connection)


@pytest.mark.parametrize("fails", [False, True])
def test_an_answer_whose_case_is_being_merged_counts_in_the_survivor(house: ChatHouse, fails: bool) -> None:
    # given an answer in a case
    first, second = mails(house)
    with acting(house, first.owner) as move:
        written = write_reply(move, find_case(move, first.key), Answer(text="Sale hoy."))
    if fails:
        go_out(house, written.outbox_id)

    # when it goes out, or comes back, before the merge of its case is committed
    becomes = comes_back if fails else go_out
    with acting(house, first.owner) as move:
        merge(move, first.key, second.key)
        thread, errors = in_the_background(lambda: becomes(house, written.outbox_id))
        wait_until(lambda: waits_for_a_lock(house.store), what="the answer waits for the merge")
    thread.join()

    # then that is true of the survivor
    kept = case_of(house, second.key)
    assert errors == []
    assert kept.waiting_since == (first.waiting_since if fails else second.waiting_since)
    assert kept.first_response_at == (None if fails else house.now)
    assert is_sound(house)
