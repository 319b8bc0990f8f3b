"""The delivery loop on a store that is away, or that does what it is told and does not say so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from connectors.letters import outgoing_whole
from tests.delivery.loop_desk import Desk
from tests.store.rows import NOW
from ventanilla.channel import Outgoing
from ventanilla.errors import Temporary
from ventanilla.processes import this_process
from ventanilla.store.engine import Store
from ventanilla.store.outbox import MAYBE_SENT, claim_letter
from ventanilla.words import DeliveryState, OutboxKind


@pytest.fixture
def desk(sqlite_store: Store) -> Desk:
    return Desk(sqlite_store)


def test_a_store_that_is_away_when_a_letter_is_claimed_is_no_attempt_at_it(desk: Desk) -> None:
    away = [Temporary("the store did not answer")] * 5

    def still_wanted(*_: object) -> None:
        if away:
            raise away.pop()

    row_id = desk.put()
    loop = desk.deliverer(still_wanted=still_wanted)

    for left in range(5):
        loop.deliver_due()
        assert (desk.row(row_id).state, desk.row(row_id).attempts, len(away)) == (DeliveryState.PENDING, 0, 4 - left)
    loop.deliver_due()

    assert (desk.row(row_id).state, desk.row(row_id).attempts) == (DeliveryState.SENT, 1)


class LosingAnswers:
    """A store that did what it was told and does not say so, as often as asked."""

    def __init__(self, store: Store, times: int) -> None:
        self._store, self.times = store, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        with self._store.write() as connection:
            yield connection
        if self.times:
            self.times -= 1
            raise Temporary("the store did not answer")


@pytest.mark.fault(7)
def test_a_letter_whose_claim_was_not_answered_waits_no_longer_than_the_next_look_and_is_not_marked(desk: Desk) -> None:
    first, second = desk.put("a"), desk.put("b")
    loop = desk.deliverer(store=LosingAnswers(desk.store, times=1))

    loop.deliver_due()
    assert [desk.row(number).state for number in (first, second)] == [DeliveryState.SENDING, DeliveryState.SENT]
    desk.now += timedelta(seconds=5)
    assert loop.recover() == 1
    assert (desk.row(first).state, desk.row(first).attempts, desk.row(first).tried_at) == (
        DeliveryState.PENDING,
        0,
        None,
    )
    loop.deliver_due()

    row = desk.row(first)
    assert (row.state, row.attempts, MAYBE_SENT in row.payload) == (DeliveryState.SENT, 1, False)
    assert [letter.id for letter in desk.provider.got] == [second, first]


@pytest.mark.fault(7)
def test_what_was_claimed_with_an_answer_is_never_taken_back_by_whoever_sends_it(desk: Desk) -> None:
    row_id = desk.put()
    loop = desk.deliverer(store=LosingAnswers(desk.store, times=1))
    loop.deliver_due()
    desk.now += timedelta(seconds=5)
    loop.recover()
    claimed = claim_letter(desk.store, row_id, by="another host/1/1", now=desk.now)
    desk.now += timedelta(seconds=5)

    assert loop.recover() == 0
    assert claimed is not None
    assert desk.row(row_id).claimed_by == claimed.claimed_by


def test_a_store_that_is_away_when_a_letter_is_put_together_is_no_attempt_at_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.insisting.STORE_AWAY", 0.01)
    away = [Temporary("the store did not answer")] * 50

    def put_together(*given: Any) -> Outgoing:
        if away:
            raise away.pop()
        return outgoing_whole(*given)

    monkeypatch.setattr("connectors.deliver.outgoing_whole", put_together)
    row_id = desk.put()

    desk.loop.deliver_due()

    assert (desk.row(row_id).state, desk.row(row_id).attempts, away) == (DeliveryState.SENT, 1, [])


class ClaimingLate(LosingAnswers):
    """A store that was still committing the first claim of a row when it was asked again."""

    def __init__(self, store: Store, row_id: int) -> None:
        super().__init__(store, times=0)
        self.row_id, self.asked = row_id, 0

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        self.asked += 1
        if self.asked == 1:
            raise Temporary("the store did not answer")
        if self.asked == 2:
            claim_letter(self._store, self.row_id, by=this_process(), now=NOW)
        with super().write() as connection:
            yield connection


@pytest.mark.fault(7)
def test_a_claim_that_is_committed_while_it_is_asked_for_again_is_taken_back_too(desk: Desk) -> None:
    row_id = desk.put()
    loop = desk.deliverer(store=ClaimingLate(desk.store, row_id))

    loop.deliver_due()
    loop.deliver_due()
    assert (desk.row(row_id).state, desk.provider.got) == (DeliveryState.SENDING, [])
    desk.now += timedelta(seconds=5)
    assert loop.recover() == 1
    loop.deliver_due()

    assert (desk.row(row_id).state, desk.row(row_id).attempts) == (DeliveryState.SENT, 1)


def test_nothing_is_remembered_of_claims_that_were_answered(desk: Desk) -> None:
    dropped, sent = desk.put("a", kind=OutboxKind.NOTICE), desk.put("b")
    loop = desk.deliverer(still_wanted=lambda _, row: "moot" if row.id == dropped else None)

    loop.deliver_due()

    assert [desk.row(number).state for number in (dropped, sent)] == [DeliveryState.DROPPED, DeliveryState.SENT]
    assert loop._doubtful == set()
