"""Opening, handing over, reopening: each by compare-and-set, with the load, the clocks and the log that belong to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.store.at_once import at_once
from tests.store.rows import NOW, add_house, resolve
from ventanilla.channel import Party
from ventanilla.errors import Conflict
from ventanilla.store import tables as t
from ventanilla.store.assignments import Grant, hand_over
from ventanilla.store.conversations import (
    NewCase,
    case_by_key,
    link_cases,
    lock_case,
    open_case,
    open_turn,
    reopen_case,
    takes_part,
)
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal, events_of
from ventanilla.store.messages import cases_with_refs, remember_refs

MINUTE = timedelta(minutes=1)
DUE = NOW + timedelta(hours=1)


def journal(at: datetime = NOW) -> Journal:
    return Journal(now=at, actor="router")


def grant(agent: str, **more: Any) -> Grant:
    return Grant(agent=agent, reason="balanced", actor="router", config_version=1, **more)


@pytest.fixture
def case_id(store: Store) -> int:
    """A case of ana's that came in at NOW."""
    new = NewCase(
        channel="soporte",
        team="atencion",
        contact_id=1,
        subject="Pedido",
        language="es",
        first_message_at=NOW,
        due_at=DUE,
    )
    with store.write() as connection:
        add_house(connection)
        notes = journal()
        case = open_case(connection, new, grant("ana"), notes)
        notes.flush(connection)
    return int(case.id)


def case_of(store: Store, case_id: int) -> sa.Row[Any]:
    with store.read() as connection:
        return connection.execute(sa.select(t.conversations).where(t.conversations.c.id == case_id)).one()


def loads(store: Store) -> dict[str, int]:
    with store.read() as connection:
        return {row.name: row.load for row in connection.execute(sa.select(t.agents)) if row.load}


def kinds(store: Store, case_id: int) -> list[str]:
    with store.read() as connection:
        return [event.kind for event in events_of(connection, case_id)]


def close(store: Store, case_id: int, *, number: int = 1, owner: str = "ana") -> None:
    with store.write() as connection:
        resolve(connection, case_id, number)
        connection.execute(sa.update(t.agents).where(t.agents.c.name == owner).values(load=0))


def test_a_new_case_has_its_owner_its_turn_and_its_due_time(store: Store, case_id: int) -> None:
    case = case_of(store, case_id)

    assert (case.owner, case.owned, case.assignment_number) == ("ana", 1, 1)
    assert (case.waiting_since, case.due_at) == (NOW, DUE)
    assert loads(store) == {"ana": 1}
    assert kinds(store, case_id) == ["case_opened", "turn_opened", "assigned"]


def test_a_hand_over_moves_owner_load_and_assignment_together(store: Store, case_id: int) -> None:
    with store.write() as connection:
        number = hand_over(connection, lock_case(connection, case_id), grant("luis"), journal())

    case = case_of(store, case_id)
    assert (number, case.owner, case.assignment_number) == (2, "luis", 2)
    assert loads(store) == {"luis": 1}


def test_of_two_who_hand_over_what_they_saw_the_second_is_told_who_has_it(store: Store, case_id: int) -> None:
    seen = case_of(store, case_id)

    def take(agent: str) -> str | None:
        try:
            with store.write() as connection:
                hand_over(connection, seen, grant(agent), journal())
        except Conflict as error:
            return error.winner
        return None

    lost = at_once([lambda: take("luis"), lambda: take("marta")])

    owner = case_of(store, case_id).owner
    assert sorted(lost, key=str) == sorted([None, owner], key=str)
    assert loads(store) == {owner: 1}


def test_a_case_handed_to_its_own_owner_keeps_its_load(store: Store, case_id: int) -> None:
    with store.write() as connection:
        hand_over(connection, lock_case(connection, case_id), grant("ana", pinned=True), journal())

    assert loads(store) == {"ana": 1}
    assert case_of(store, case_id).pinned


def test_time_in_the_waiting_line_survives_a_hand_over_within_it(store: Store, case_id: int) -> None:
    with store.write() as connection:
        hand_over(connection, lock_case(connection, case_id), grant("marta", in_line=True), journal())
    with store.write() as connection:
        later = journal(NOW + MINUTE)
        hand_over(connection, lock_case(connection, case_id), grant("luis", in_line=True), later)
    in_line = case_of(store, case_id).line_since
    with store.write() as connection:
        hand_over(connection, lock_case(connection, case_id), grant("ana"), journal(NOW + 2 * MINUTE))

    assert in_line == NOW
    assert case_of(store, case_id).line_since is None


def test_more_messages_restart_no_turn(store: Store, case_id: int) -> None:
    later = NOW + MINUTE
    with store.write() as connection:
        opened = open_turn(connection, lock_case(connection, case_id), journal(later), at=later, due_at=DUE + MINUTE)

    case = case_of(store, case_id)
    assert not opened
    assert (case.waiting_since, case.due_at, case.last_message_at) == (NOW, DUE, later)
    assert loads(store) == {"ana": 1}


def test_an_earlier_message_routed_later_moves_the_turn_and_its_due_time_back(store: Store, case_id: int) -> None:
    earlier, notes = NOW - MINUTE, journal()
    with store.write() as connection:
        open_turn(connection, lock_case(connection, case_id), notes, at=earlier, due_at=DUE - MINUTE)
        notes.flush(connection)

    case = case_of(store, case_id)
    assert (case.waiting_since, case.first_message_at, case.last_message_at) == (earlier, earlier, NOW)
    assert case.due_at == DUE - MINUTE
    with store.read() as connection:
        last = events_of(connection, case_id)[-1]
    assert (last.kind, last.at, last.data) == ("turn_opened", earlier, {"moved": "earlier message routed later"})


def test_a_customer_who_writes_again_opens_a_turn_that_is_due_and_in_the_log(store: Store, case_id: int) -> None:
    with store.write() as connection:
        answered = {"waiting_since": None, "due_at": None, "state": "waiting_customer"}
        connection.execute(sa.update(t.conversations).values(answered))
        connection.execute(sa.update(t.agents).values(load=0))
    later, notes = NOW + MINUTE, journal(NOW + 2 * MINUTE)

    with store.write() as connection:
        opened = open_turn(connection, lock_case(connection, case_id), notes, at=later, due_at=DUE + MINUTE)
        notes.flush(connection)

    case = case_of(store, case_id)
    assert opened
    assert (case.state, case.waiting_since, case.due_at) == ("open", later, DUE + MINUTE)
    assert loads(store) == {"ana": 1}
    assert kinds(store, case_id)[-2:] == ["case_state", "turn_opened"]


def test_a_resolved_case_reopens_with_a_new_assignment_and_its_last_message(store: Store, case_id: int) -> None:
    close(store, case_id)
    later, notes = NOW + MINUTE, journal(NOW + 2 * MINUTE)

    with store.write() as connection:
        case = lock_case(connection, case_id)
        reopen_case(connection, case, grant("luis"), notes, at=later, due_at=DUE + MINUTE)
        notes.flush(connection)

    case = case_of(store, case_id)
    assert (case.state, case.owner, case.assignment_number, case.waiting_since) == ("open", "luis", 2, later)
    assert (case.due_at, case.last_message_at) == (DUE + MINUTE, later)
    assert loads(store) == {"luis": 1}
    assert kinds(store, case_id)[-3:] == ["case_state", "turn_opened", "assigned"]


def test_a_link_is_noted_once(store: Store, case_id: int) -> None:
    with store.write() as connection:
        notes = journal()
        for _ in range(2):
            link_cases(connection, case_id, case_id, reason="names its key", journal=notes)
        notes.flush(connection)

    assert kinds(store, case_id).count("case_linked") == 1


def test_references_lead_to_the_case_that_saw_the_nearest_one_first(store: Store, case_id: int) -> None:
    with store.write() as connection:
        remember_refs(connection, case_id, ["<a@x>", None, "<a@x>", ""])

    with store.read() as connection:
        assert cases_with_refs(connection, ["<b@x>", "<a@x>"]) == [case_id]
        assert cases_with_refs(connection, []) == []


def test_a_case_is_found_by_its_key_alone(store: Store, case_id: int) -> None:
    key = case_of(store, case_id).key

    with store.read() as connection:
        found = case_by_key(connection, key)
        assert found is not None
        assert found.id == case_id
        assert case_by_key(connection, "K7M-Q2X-VTR") is None


def test_only_who_wrote_in_a_case_or_belongs_to_it_takes_part(store: Store, case_id: int) -> None:
    stranger = Party(address="stranger@example.org")

    with store.read() as connection:
        assert takes_part(connection, case_id, stranger, 1)
        assert not takes_part(connection, case_id, stranger, None)
        assert not takes_part(connection, case_id, stranger, 2)
