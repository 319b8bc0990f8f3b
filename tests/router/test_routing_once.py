"""Routing twice, at once, in batches and in any order: every row is routed once, and makes one case."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from router.service import route_item, route_items
from tests.router.house_for_tests import House, mail
from tests.router.moving import is_sound
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store
from ventanilla.store.tables import (
    contacts,
    conversations,
    events,
    inbox,
    messages,
    outbox,
)
from ventanilla.words import InboxState


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def test_routing_a_row_twice_changes_nothing(house: House) -> None:
    row_id = house.commit(mail())
    assert route_item(house.router, row_id) is InboxState.ROUTED
    before = (house.rows(events), house.rows(outbox))

    assert route_item(house.router, row_id) is None

    assert (house.rows(events), house.rows(outbox)) == before


def test_routing_a_row_in_eight_threads_at_once_makes_one_case(house: House) -> None:
    row_id = house.commit(mail())

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: route_item(house.router, row_id), range(8)))

    assert outcomes.count(InboxState.ROUTED) == 1
    assert len(house.rows(conversations)) == 1
    assert is_sound(house)


def test_twenty_mails_of_one_new_sender_at_once_are_twenty_cases_one_contact_one_owner(house: House) -> None:
    rows = [house.commit(mail(subject=f"Asunto {number}", message_id=f"<{number}@x.example>")) for number in range(20)]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda row_id: route_item(house.router, row_id), rows))

    assert len(house.rows(conversations)) == 20
    assert len(house.rows(contacts)) == 1
    assert len({case.owner for case in house.rows(conversations)}) == 1
    assert is_sound(house)


def test_a_batch_with_an_odd_one_routes_the_others_and_sets_that_one_aside(house: House) -> None:
    rows = [house.commit(mail(sender=f"cliente{number}@c.example")) for number in range(5)]
    nobody = house.commit(mail(sender=""))

    outcomes = route_items(house.router, [*rows, nobody])

    assert [outcomes[row] for row in rows] == [InboxState.ROUTED] * 5
    assert outcomes[nobody] is InboxState.QUARANTINED
    assert is_sound(house)


def test_overlapping_batches_in_many_threads_leave_every_row_routed_once(house: House) -> None:
    rows = [
        house.commit(mail(sender=f"cliente{number % 7}@c.example", subject=f"Asunto {number}")) for number in range(40)
    ]
    batches = [rows[start : start + 10] for start in range(0, 40, 5)] + [
        rows[::-1][start : start + 8] for start in range(0, 40, 8)
    ]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda batch: patiently(house, batch), batches))
    route_items(house.router, rows)  # what met a deadlock, as the sweeper would

    assert {row.state for row in house.rows(inbox)} == {InboxState.ROUTED}
    assert len(house.rows(messages)) == 40
    assert len(house.rows(contacts)) == 7
    assert is_sound(house)


def patiently(house: House, batch: list[int]) -> None:
    with contextlib.suppress(Temporary):
        route_items(house.router, batch)
