"""What time alone does to cases: closing after the window, coming back on a date; and to whom a customer's new message goes."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.assigning.endings import close_what_is_over, wake_what_waited
from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import Answer, write_reply
from router.moves.resolve import resolve
from router.moves.wait import WaitFor, wait
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import acting, case_of, do, go_out, happened, is_sound
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, assignments, conversations
from ventanilla.words import EventKind, OutboxKind, Resolution


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(sqlite_store, tmp_path)


def opened(house: ChatHouse) -> sa.Row[tuple[object, ...]]:
    house.take("soporte", letter(external_id="<1@c.example>"))
    return house.rows(conversations)[-1]


def end(house: ChatHouse, key: str) -> None:
    do(house, resolve, key, resolution=Resolution.NO_REPLY_NEEDED, as_=case_of(house, key).owner)


def journal(house: ChatHouse) -> Journal:
    return Journal(now=house.now, actor="sweeper")


def test_what_was_resolved_closes_when_its_window_is_over_as_of_that_moment(house: ChatHouse) -> None:
    case = opened(house)
    end(house, case.key)
    over = house.now + timedelta(days=14)
    house.later(days=13)
    assert close_what_is_over(house.store, house.router.house, journal(house)) == 0
    house.later(days=3)

    assert close_what_is_over(house.store, house.router.house, journal(house)) == 1
    assert close_what_is_over(house.store, house.router.house, journal(house)) == 0

    row = case_of(house, case.key)
    assert (row.state, row.closed_at, row.resolution) == ("closed", over, "no_reply_needed")
    assert happened(house, EventKind.CASE_STATE)[-1].at == over
    do(house, reopen, case.key, as_=case.owner)
    assert case_of(house, case.key).closed_at is None
    assert is_sound(house)


def test_an_open_case_never_closes_however_long_its_customer_waits(house: ChatHouse) -> None:
    case = opened(house)
    house.later(days=400)

    assert close_what_is_over(house.store, house.router.house, journal(house)) == 0
    assert case_of(house, case.key).state == "open"


def test_waiting_for_somebody_else_stops_no_clock_and_its_owner_is_reminded_on_the_date(house: ChatHouse) -> None:
    case = opened(house)
    date = house.now + timedelta(days=2)

    first = do(house, wait, case.key, until=date, as_=case.owner)
    again = do(house, wait, case.key, until=date, as_=case.owner)

    row = case_of(house, case.key)
    assert (first.changed, again.changed) == (True, False)
    assert (row.state, row.waiting_since, row.due_at) == ("waiting_third_party", case.waiting_since, case.due_at)
    assert wake_what_waited(house.store, house.router.house, journal(house)) == 0
    house.later(days=2, minutes=5)
    assert wake_what_waited(house.store, house.router.house, journal(house)) == 1
    assert wake_what_waited(house.store, house.router.house, journal(house)) == 0
    row = case_of(house, case.key)
    assert (row.state, row.wait_until) == ("open", None)
    assert [told.agent for told in house.letters(OutboxKind.ALERT)] == [case.owner]
    assert is_sound(house)


def test_neither_an_answer_nor_what_the_customer_writes_ends_the_wait_for_somebody_else_or_its_date(
    house: ChatHouse,
) -> None:
    case = opened(house)
    date = house.now + timedelta(days=2)
    do(house, wait, case.key, until=date, as_=case.owner)
    with acting(house, case.owner) as move:
        written = write_reply(move, find_case(move, case.key), Answer(text="Lo he pedido a fábrica."))
    go_out(house, written.outbox_id)
    assert (case_of(house, case.key).state, case_of(house, case.key).waiting_since) == ("waiting_third_party", None)

    house.later(minutes=10)
    house.take("soporte", letter("¿Y bien?", in_reply_to=("<1@c.example>",)))

    row = case_of(house, case.key)
    assert (row.state, row.waiting_since, row.wait_until) == ("waiting_third_party", house.now, date)
    assert len(house.letters(OutboxKind.NOTICE)) == 2, "its owner is told all the same"
    assert is_sound(house)


def test_waiting_ends_by_hand_and_not_in_the_past(house: ChatHouse) -> None:
    case = opened(house)
    with pytest.raises(Refused, match="still to come"):
        do(house, wait, case.key, until=house.now - timedelta(hours=1), as_=case.owner)
    do(house, wait, case.key, as_=case.owner)

    do(house, wait, case.key, on=WaitFor.US, as_=case.owner)

    assert case_of(house, case.key).state == "open"


def test_a_reopened_case_goes_to_whoever_had_it_though_somebody_else_has_fewer(house: ChatHouse) -> None:
    case = opened(house)
    for number in range(3):
        house.take("soporte", letter(f"Otra {number}", sender=f"otra{number}@clientes.example"))
    end(house, case.key)
    house.take("soporte", letter("Sigue igual", in_reply_to=("<1@c.example>",)))

    row = case_of(house, case.key)
    (last,) = house.rows(assignments, lambda t: (t.c.conversation_id == case.id) & (t.c.number == 2))
    assert (row.state, row.owner, last.reason) == ("open", case.owner, "reopened")
    assert is_sound(house)


def test_a_reopened_case_goes_to_somebody_else_where_its_owner_is_full_or_gone(house: ChatHouse) -> None:
    case = opened(house)
    end(house, case.key)
    with house.store.write() as connection:
        connection.execute(sa.update(agents).where(agents.c.name == case.owner).values(on_duty=False))

    house.take("soporte", letter("Sigue igual", in_reply_to=("<1@c.example>",)))

    assert case_of(house, case.key).owner != case.owner
    assert is_sound(house)
