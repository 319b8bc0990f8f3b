"""After whatever people do, the clocks are what the events say, and can be worked out again from nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.test_random_lives import Life, holds
from tests.timekeeping.afresh import work_out_afresh
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks, conversations, events
from ventanilla.words import EventKind

MOVES = 70
PROMISES = """
[promises.rapid]
calendar = "tardes"
applies_to = { channel = ["chat"] }
first_response = { within = "15m" }
next_response = { within = "30m" }
resolution = { within = "8h" }
"""


def clock_table(store: Store) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        return [tuple(row) for row in connection.execute(sa.select(clocks).order_by(*clocks.primary_key.columns))]


def dues(store: Store) -> list[tuple[Any, ...]]:
    with store.read() as connection:
        query = sa.select(conversations.c.id, conversations.c.due_at, conversations.c.next_due_at)
        return [tuple(row) for row in connection.execute(query.order_by(conversations.c.id))]


def keep_books(house: ChatHouse) -> int:
    return catch_up(house.store, house.router.house, now=house.now)


@pytest.mark.parametrize("seed", [217, 308])
def test_clocks_kept_step_by_step_are_those_worked_out_from_nothing(store: Store, tmp_path: Path, seed: int) -> None:
    life = Life(ChatHouse(store, tmp_path, {"marta": 'role = "supervisor"', "rest": PROMISES}), seed)
    house = life.house
    house.take("chat", chat("Hola"))
    for number in range(3):
        house.take("soporte", letter(f"Carta {number}", sender=life.customers[number % 2]))

    for number in range(MOVES):
        life.step()
        if number % 3 == 0:
            keep_books(house)
        if number % 10 == 0:
            holds(house)
    keep_books(house)
    holds(house)

    kept, due = clock_table(store), dues(store)
    noted = len(house.rows(events, lambda t: t.c.kind == EventKind.DUE_SET))
    with store.write() as connection:
        connection.execute(sa.delete(clocks))
    work_out_afresh(house)
    assert clock_table(store) == kept
    assert dues(store) == due
    assert len(house.rows(events, lambda t: t.c.kind == EventKind.DUE_SET)) == noted
    assert kept
