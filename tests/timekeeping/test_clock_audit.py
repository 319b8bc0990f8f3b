"""Each promise about clocks broken on purpose: exactly its check counts it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from tests.router.chat_house import ChatHouse, chat, letter
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks, conversations, events
from ventanilla.words import EventKind

THEN = datetime(2026, 1, 1, tzinfo=UTC)
LATER = datetime(2030, 1, 1, tzinfo=UTC)
THIS = clocks.c.conversation_id == 1
BREAKAGES = {
    "clocks_differ_from_events": (
        sa.update(clocks).where(THIS, clocks.c.metric == "customer_wait").values(agent="marta"),
        sa.update(clocks).where(THIS, clocks.c.metric == "customer_wait").values(started_at=THEN),
        sa.delete(clocks).where(THIS, clocks.c.metric == "customer_wait"),
    ),
    "due_time_not_in_log": (sa.update(clocks).where(THIS, clocks.c.metric == "customer_wait").values(due_at=LATER),),
    "due_time_differs_from_clock": (
        sa.update(conversations).where(conversations.c.id == 1).values(due_at=THEN),
        sa.update(conversations).where(conversations.c.id == 1).values(next_due_at=None),
    ),
}


def told(metric: str) -> sa.Insert:
    facts = {"metric": metric, "number": 1, "promise": "normal", "due_at": LATER.isoformat(), "told": []}
    kind, actor = EventKind.PROMISE_BREACHED, "sweeper"
    return sa.insert(events).values(at=LATER, recorded_at=LATER, kind=kind, actor=actor, conversation_id=1, data=facts)


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    house = ChatHouse(store, tmp_path)
    house.take("chat", chat("Hola"))
    house.take("soporte", letter("Otra cosa"))
    catch_up(store, house.router.house, now=house.now)
    return house


def found(house: ChatHouse, connection: sa.Connection) -> dict[str, int]:
    counts = audit(connection, blobs=house.store.blobs, now=house.now)
    return {name: number for name, number in counts.items() if number}


@pytest.mark.parametrize("check", BREAKAGES)
def test_a_broken_promise_about_clocks_is_counted_by_its_check_alone(house: ChatHouse, check: str) -> None:
    with house.store.read() as connection:
        assert found(house, connection) == {}

    for change in BREAKAGES[check]:
        with house.store.engine.connect() as connection:
            connection.execute(change)
            assert found(house, connection) == {check: 1}, change
            connection.rollback()


def test_what_the_bookkeeper_has_not_read_yet_is_no_broken_promise(house: ChatHouse) -> None:
    house.later(minutes=5)
    house.take("chat", chat("¿Oiga?"))
    house.take("soporte", letter("Y otra", sender="nuevo@clientes.example"))

    with house.store.read() as connection:
        assert found(house, connection) == {}


def test_a_breach_that_was_told_twice_is_counted(house: ChatHouse) -> None:
    with house.store.engine.connect() as connection:
        for metric in ("first_response", "first_resolution", "first_response"):
            assert "promise_told_twice" not in found(house, connection)
            connection.execute(told(metric))
        assert found(house, connection)["promise_told_twice"] == 1
        connection.rollback()
