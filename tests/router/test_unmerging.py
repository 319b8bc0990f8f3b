"""A merge undone, and a message split off: what each case has answered, and who is still sought for it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.assigning.line import drain_line
from router.moves.merge import merge, unmerge
from router.moves.split import split
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import case_of, do, happened, is_sound
from tests.router.test_joining import answer, mails
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, conversations, messages
from ventanilla.words import EventKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def on_duty(house: ChatHouse, *names: str) -> None:
    with house.store.write() as connection:
        connection.execute(sa.update(agents).values(on_duty=agents.c.name.in_(names), duty_changes_at=None))


def waits(house: ChatHouse, key: str) -> tuple[datetime | None, datetime | None]:
    row = case_of(house, key)
    return row.waiting_since, row.first_response_at


def test_what_the_survivor_was_answered_before_the_merge_answers_nothing_of_the_case_that_comes_back(
    house: ChatHouse,
) -> None:
    first, second = mails(house)
    answer(house, second)
    answered_at = house.now
    house.later(minutes=5)
    do(house, merge, first.key, second.key, as_=first.owner)
    assert case_of(house, second.key).waiting_since == first.waiting_since
    house.later(minutes=1)

    do(house, unmerge, first.key, as_=first.owner)

    assert waits(house, first.key) == (first.waiting_since, None)
    assert waits(house, second.key) == (None, answered_at)
    assert case_of(house, second.key).state == "waiting_customer"
    assert is_sound(house)


def test_an_answer_to_both_ends_the_wait_of_the_one_that_comes_back_though_the_other_was_answered_before(
    house: ChatHouse,
) -> None:
    first, second = mails(house)
    answer(house, second)
    house.later(minutes=5)
    do(house, merge, first.key, second.key, as_=first.owner)
    house.later(minutes=5)
    answer(house, case_of(house, second.key), "Va para los dos.")
    answered_at = house.now

    do(house, unmerge, first.key, as_=first.owner)

    assert waits(house, first.key) == (None, answered_at)
    assert case_of(house, second.key).waiting_since is None
    assert is_sound(house)


def test_somebody_is_sought_again_for_a_case_that_waited_in_line_when_it_was_merged(house: ChatHouse) -> None:
    on_duty(house, "marta")
    first, second = mails(house)
    assert first.line_since is not None
    assert second.line_since is not None
    do(house, merge, first.key, second.key, as_="marta")

    do(house, unmerge, first.key, as_="marta")

    assert case_of(house, first.key).line_since is not None
    assert is_sound(house)
    on_duty(house, "ana", "luis", "marta")
    assert drain_line(house.store, house.router.house, Journal(now=house.now, actor="sweeper")) == 2


@pytest.mark.parametrize("number", [0, 1])
def test_somebody_is_sought_for_both_halves_of_a_case_that_waits_in_line(house: ChatHouse, number: int) -> None:
    on_duty(house, "marta")
    (case,) = mails(house, 1)
    house.take("soporte", letter("Otra cosa", in_reply_to=(house.rows(messages)[0].external_id,)))
    assert case.line_since is not None

    new = do(house, split, case.key, house.rows(messages)[number].id, as_="marta")

    assert [row.line_since is not None for row in house.rows(conversations)] == [True, True]
    assert happened(house, EventKind.LINE_ENTERED, new.key)
    assert is_sound(house)
    on_duty(house, "ana", "luis", "marta")
    assert drain_line(house.store, house.router.house, Journal(now=house.now, actor="sweeper")) == 2
