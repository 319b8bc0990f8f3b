"""A move that is made again: the same one changes nothing, and another one is not taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.called import called
from router.moves.decline import decline
from router.moves.refusals import Refused
from router.moves.reply import Answer, write_reply
from router.moves.transfer import transfer
from tests.router.chat_house import ChatHouse
from tests.router.moving import acting, case_of, do, is_sound
from tests.router.test_joining import mails
from ventanilla.store.engine import Store
from ventanilla.store.tables import messages, notes
from ventanilla.words import CallOutcome


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def reply(house: ChatHouse, case: sa.Row[Any], text: str = "Sale hoy.") -> Any:
    with acting(house, case.owner) as move:
        return write_reply(move, find_case(move, case.key), Answer(text=text, idempotency_key="k1"))


def ring(house: ChatHouse, case: sa.Row[Any], outcome: CallOutcome = CallOutcome.REACHED) -> Any:
    return do(house, called, case.key, outcome, "Hablado", idempotency_key="k1", as_=case.owner)


def test_a_call_under_the_key_of_an_answer_is_written_down(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    reply(house, case)

    assert (ring(house, case).changed, ring(house, case).changed) == (True, False)
    assert case_of(house, case.key).waiting_since is None
    assert is_sound(house)


def test_an_answer_under_the_key_of_a_call_is_written(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    ring(house, case, CallOutcome.NO_ANSWER)

    assert (reply(house, case).repeated, reply(house, case).repeated) == (False, True)
    with pytest.raises(Refused, match="was used for something else"):
        reply(house, case, "Otra cosa")
    assert len([row for row in house.rows(messages) if row.direction == "out"]) == 2
    assert is_sound(house)


def test_a_call_under_the_key_of_another_call_is_refused(house: ChatHouse) -> None:
    first, second = mails(house)
    ring(house, first)

    with pytest.raises(Refused, match="'k1' was used for something else"):
        ring(house, second)


def test_whoever_is_given_a_case_back_that_they_declined_may_decline_it_again(house: ChatHouse) -> None:
    (case,) = mails(house, 1)
    do(house, decline, case.key, reason="No es mío", as_=case.owner)
    other = case_of(house, case.key).owner
    assert other != case.owner
    do(house, decline, case.key, reason="No es mío", as_=case.owner)
    assert [note.text for note in house.rows(notes)] == ["No es mío"], "said again, it was said already"
    do(house, transfer, case.key, case.owner, as_=other)
    house.later(minutes=3)

    do(house, decline, case.key, reason="Sigue sin serlo", as_=case.owner)

    assert case_of(house, case.key).owner != case.owner
    assert [note.text for note in house.rows(notes)] == ["No es mío", "Sigue sin serlo"]
    assert is_sound(house)
