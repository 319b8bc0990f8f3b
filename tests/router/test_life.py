"""How cases end and begin again: what may follow what, who has them then, and since when their customers wait."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.called import called
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import Answer, write_reply
from router.moves.resolve import mark_spam, resolve
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import acting, case_of, do, go_out, happened, is_sound
from ventanilla.states import MAY_BECOME, may_become
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, messages, notes, outbox
from ventanilla.words import OWNED_STATES, CallOutcome, CaseState, EventKind, OutboxKind, Resolution


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def opened(house: ChatHouse, **more: Any) -> sa.Row[Any]:
    """A mail has come in; its case, which is ana's."""
    house.take("soporte", letter(**more))
    return house.rows(conversations)[-1]


def answer(house: ChatHouse, case: sa.Row[Any], text: str = "Sale hoy.", *, as_: str | None = None) -> int:
    """The owner answers, and the provider takes it at once."""
    with acting(house, as_ or case.owner) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text=text))
    go_out(house, written.outbox_id)
    return written.message_id


@pytest.mark.parametrize("before", CaseState)
@pytest.mark.parametrize("after", CaseState)
def test_only_what_is_over_opens_again_and_only_what_is_resolved_closes(before: CaseState, after: CaseState) -> None:
    allowed = may_become(before, after)

    if before is after:
        assert not allowed
    elif before in OWNED_STATES:
        assert allowed is (after is not CaseState.CLOSED)
    elif before is CaseState.MERGED:
        assert allowed is (after is not CaseState.SPAM)
    else:
        ends = {CaseState.OPEN} | ({CaseState.CLOSED} if before is CaseState.RESOLVED else set())
        merges = set() if before is CaseState.SPAM else {CaseState.MERGED}
        assert allowed is (after in ends | merges)
    assert set(MAY_BECOME) == set(CaseState)


def test_an_answered_case_is_resolved_once_and_a_repeat_changes_nothing(house: ChatHouse) -> None:
    case = opened(house)
    answer(house, case)

    first = do(house, resolve, case.key, as_=case.owner)
    again = do(house, resolve, case.key, as_=case.owner)

    row = case_of(house, case.key)
    assert (first.changed, again.changed) == (True, False)
    assert (row.state, row.resolution, row.owned, row.waiting_since) == ("resolved", "answered", None, None)
    assert [event.data["to"] for event in happened(house, EventKind.CASE_STATE)] == ["waiting_customer", "resolved"]
    assert is_sound(house)


def test_a_case_whose_customer_still_waits_asks_for_a_reason_or_for_no_reply_needed(house: ChatHouse) -> None:
    case = opened(house)

    with pytest.raises(Refused, match="--no-reply-needed") as refused:
        do(house, resolve, case.key, as_=case.owner)
    assert refused.value.code == "unanswered"
    assert case_of(house, case.key).state == "open"

    do(house, resolve, case.key, resolution=Resolution.NO_REPLY_NEEDED, as_=case.owner)
    (closed,) = happened(house, EventKind.TURN_CLOSED)
    assert (closed.data["outcome"], closed.agent) == ("no_reply_needed", case.owner)
    assert case_of(house, case.key).resolution == "no_reply_needed"
    assert is_sound(house)


def test_a_reason_ends_an_unanswered_case_and_is_kept_as_a_note(house: ChatHouse) -> None:
    case = opened(house)

    do(house, resolve, case.key, text="Era para otra tienda.", as_=case.owner)

    (note,) = house.rows(notes)
    assert (note.text, note.agent) == ("Era para otra tienda.", case.owner)
    assert case_of(house, case.key).resolution == "unanswered"
    assert happened(house, EventKind.CASE_STATE)[-1].data["note"] == note.id


@pytest.mark.parametrize("kind", ["complaint", "claim"])
def test_a_complaint_or_a_claim_never_ends_without_a_reason(house: ChatHouse, kind: str) -> None:
    case = opened(house)
    answer(house, case)
    with house.store.write() as connection:
        connection.execute(sa.update(conversations).values(kind=kind))

    for resolution in (Resolution.ANSWERED, Resolution.NO_REPLY_NEEDED):
        with pytest.raises(Refused, match="--reason"):
            do(house, resolve, case.key, resolution=resolution, as_=case.owner)
    do(house, resolve, case.key, text="Se le ha devuelto el dinero.", as_=case.owner)

    assert case_of(house, case.key).resolution == "answered"


def test_resolving_while_the_answer_is_on_its_way_ends_the_case_when_it_goes_out(house: ChatHouse) -> None:
    case = opened(house)
    with acting(house, case.owner) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text="Sale hoy."))

    moved = do(house, resolve, case.key, as_=case.owner)
    assert (moved.state, moved.waits_for) == ("open", written.outbox_id)
    go_out(house, written.outbox_id)

    row = case_of(house, case.key)
    assert (row.state, row.resolution, row.first_response_at) == ("resolved", "answered", house.now)
    assert is_sound(house)


def test_somebody_elses_case_is_not_theirs_to_end_unless_they_supervise(house: ChatHouse) -> None:
    house.apply(marta='role = "supervisor"')
    case = opened(house)
    other = "luis" if case.owner == "ana" else "ana"

    with pytest.raises(Refused, match=case.owner):
        do(house, resolve, case.key, text="x", as_=other)
    do(house, resolve, case.key, text="x", as_="marta")

    assert case_of(house, case.key).state == "resolved"


def test_spam_sends_nothing_and_what_its_sender_writes_next_is_looked_at_like_anything_else(house: ChatHouse) -> None:
    case = opened(house)

    do(house, mark_spam, case.key, as_=case.owner)
    again = do(house, mark_spam, case.key, as_=case.owner)

    assert not again.changed
    (receipt,) = house.letters(OutboxKind.ACKNOWLEDGEMENT)
    assert (receipt.state, case_of(house, case.key).state) == ("dropped", "spam")
    house.take("soporte", letter(subject="Otra cosa"))
    assert [row.state for row in house.rows(conversations)] == ["spam", "open"]
    assert is_sound(house)


def test_a_case_opened_again_by_hand_waits_from_what_nobody_had_answered(house: ChatHouse) -> None:
    case = opened(house)
    since = case.waiting_since
    do(house, resolve, case.key, resolution=Resolution.NO_REPLY_NEEDED, as_=case.owner)
    house.later(hours=2)

    moved = do(house, reopen, case.key, as_=case.owner)
    again = do(house, reopen, case.key, as_=case.owner)

    row = case_of(house, case.key)
    assert (moved.changed, again.changed, row.state, row.resolution) == (True, False, "open", None)
    assert (row.waiting_since, row.owner, row.assignment_number) == (since, case.owner, 2)
    assert is_sound(house)


def test_an_answered_case_opened_again_waits_from_that_moment_and_the_next_answer_ends_it(house: ChatHouse) -> None:
    case = opened(house)
    answer(house, case)
    first_response = house.now
    do(house, resolve, case.key, as_=case.owner)
    house.later(hours=1)

    do(house, reopen, case.key, as_=case.owner)
    assert case_of(house, case.key).waiting_since == house.now
    house.later(minutes=5)
    answer(house, case, "Le llamo mañana.")

    row = case_of(house, case.key)
    assert (row.state, row.waiting_since, row.first_response_at) == ("waiting_customer", None, first_response)
    assert is_sound(house)


def test_a_case_comes_back_to_whoever_opens_it_when_its_owner_is_not_there(house: ChatHouse) -> None:
    case = opened(house)
    answer(house, case)
    do(house, resolve, case.key, as_=case.owner)
    other = "luis" if case.owner == "ana" else "ana"
    house.apply(**{case.owner: 'calendar = "tardes"'})
    house.take("soporte", letter("Buenos días", sender="otra@clientes.example"))  # presence is worked out again

    moved = do(house, reopen, case.key, as_=other)

    assert moved.owner == other
    assert is_sound(house)


def test_a_chat_that_goes_on_elsewhere_is_not_opened_beside_it(house: ChatHouse) -> None:
    house.take("chat", chat("Hola"))
    (old,) = house.rows(conversations)
    do(house, resolve, old.key, text="resuelto en la tienda", as_=old.owner)
    house.later(days=30)
    house.take("chat", chat("¿Tienen taladros?"))
    new = house.rows(conversations)[-1]

    with pytest.raises(Refused, match=new.key):
        do(house, reopen, old.key, as_=old.owner)

    assert case_of(house, old.key).state == "resolved"


def test_a_call_that_reached_the_customer_is_an_answer_at_that_moment_and_is_written_down_once(
    house: ChatHouse,
) -> None:
    case = opened(house)
    at = house.now + timedelta(minutes=10)
    house.later(minutes=30)

    first = do(house, called, case.key, CallOutcome.REACHED, "Le va bien el martes", at=at, as_=case.owner)
    again = do(house, called, case.key, CallOutcome.REACHED, "Le va bien el martes", at=at, as_=case.owner)

    row = case_of(house, case.key)
    assert (first.changed, again.changed) == (True, False)
    assert (row.first_response_at, row.state) == (at, "waiting_customer")
    (call,) = house.rows(messages, lambda t: t.c.direction == "out")
    assert (call.medium, call.outcome, call.replied_at, call.turn_since) == ("call", "reached", at, case.waiting_since)
    assert not [row for row in house.rows(outbox) if row.kind == OutboxKind.REPLY]
    assert is_sound(house)


@pytest.mark.parametrize("outcome", [CallOutcome.NO_ANSWER, CallOutcome.MESSAGE])
def test_a_call_that_reached_nobody_is_no_answer(house: ChatHouse, outcome: CallOutcome) -> None:
    case = opened(house)

    do(house, called, case.key, outcome, as_=case.owner)

    row = case_of(house, case.key)
    assert (row.waiting_since, row.first_response_at, row.state) == (case.waiting_since, None, "open")


def test_a_call_made_before_the_customer_wrote_answers_nothing(house: ChatHouse) -> None:
    case = opened(house)

    before = case.waiting_since - timedelta(minutes=1)
    do(house, called, case.key, CallOutcome.REACHED, at=before, as_=case.owner)
    with pytest.raises(Refused, match="still to come"):
        do(house, called, case.key, CallOutcome.REACHED, at=house.now + timedelta(hours=1), as_=case.owner)

    assert case_of(house, case.key).waiting_since == case.waiting_since


def test_a_note_changes_no_clock_and_no_owner_and_tells_whom_it_names_once(house: ChatHouse) -> None:
    case = opened(house)
    other = "luis" if case.owner == "ana" else "ana"

    add = {"as_": case.owner, "idempotency_key": "n1"}
    first = do(house, add_note, case.key, f"@{other.capitalize()}, ¿lo miras? ana@example.com @nadie", **add)
    again = do(house, add_note, case.key, f"@{other.capitalize()}, ¿lo miras? ana@example.com @nadie", **add)

    assert first == again
    assert case_of(house, case.key) == case
    (told,) = house.letters(OutboxKind.ALERT)
    assert (told.agent, case.key in told.payload["subject"]) == (other, True)
    assert happened(house, EventKind.NOTED)[0].data == {"note": first, "named": [other]}
