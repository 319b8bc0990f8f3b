"""Somebody who has the database's password changes the log behind our back: the audit says what they did."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.store.rows import NOW
from tests.store.test_audit import unguard
from tests.store.test_seals import LATER, seal, write_events
from ventanilla.store.audits import chain
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.seals import head, lock_books, seal_at, seal_pending
from ventanilla.store.tables import bookkeeping
from ventanilla.words import EventKind


@pytest.fixture
def sealed(store: Store) -> Store:
    """Nine events and their seals, without triggers and constraints."""
    write_events(store, 9, reason="balanced")
    seal(store)
    unguard(store)
    return store


TAMPERING: tuple[tuple[dict[str, int], tuple[str, ...]], ...] = (
    ({}, ()),
    ({"event_changed": 1}, ("UPDATE events SET agent = 'luis' WHERE id = 4",)),
    ({"event_changed": 1}, ("UPDATE events SET at = '2026-11-20T09:00:00.000000Z' WHERE id = 4",)),
    ({"event_changed": 2}, ('UPDATE events SET data = \'{"reason": "x"}\' WHERE id IN (4, 7)',)),
    ({"event_gone": 1}, ("DELETE FROM events WHERE id = 4",)),
    (
        {"event_changed": 1, "seal_missing": 1},
        ("DELETE FROM events WHERE id = 4", "DELETE FROM seals WHERE number = 4"),
    ),
    (
        {"event_changed": 1, "seal_missing": 1},
        (
            "DELETE FROM events WHERE id = 4",
            "DELETE FROM seals WHERE number = 4",
            "UPDATE seals SET number = number - 1 WHERE number > 4",
        ),
    ),
    ({"event_changed": 2}, (f"UPDATE seals SET hash = '{'0' * 64}' WHERE number = 4",)),
    ({"seal_missing": 1}, ("DELETE FROM seals WHERE number = 9", "DELETE FROM events WHERE id = 9")),
    (
        {"event_changed": 1, "event_gone": 1, "seal_missing": 1},
        (
            "UPDATE seals SET number = number + 1 WHERE number >= 4",
            f"INSERT INTO seals (number, event_id, hash) VALUES (4, 999, '{'0' * 64}')",
        ),
    ),
)


def found(connection: sa.Connection) -> dict[str, int]:
    checks = (chain.event_changed, chain.event_gone, chain.seal_missing, chain.event_not_sealed)
    counts = {check.__name__: check(connection) for check in checks}
    return {name: number for name, number in counts.items() if number}


def test_what_was_done_to_the_log_is_counted(sealed: Store) -> None:
    for expected, statements in TAMPERING:
        with sealed.engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            assert found(connection) == expected, statements
            connection.rollback()


def test_a_chain_forged_anew_differs_from_the_head_that_was_written_down(sealed: Store) -> None:
    with sealed.read() as connection:
        written = head(connection)
    assert written is not None
    with sealed.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE events SET agent = 'luis' WHERE id = 4")
        connection.exec_driver_sql("DELETE FROM seals")
        connection.exec_driver_sql("UPDATE bookkeeping SET data = '{}'")
    seal(sealed, now=LATER)
    with sealed.read() as connection:
        assert found(connection) == {}
        assert seal_at(connection, written.number) != written


def test_an_event_slipped_into_the_past_has_no_seal_and_what_is_new_may_wait_for_one(store: Store) -> None:
    write_events(store, 10)
    with store.read() as connection:
        assert found(connection) == {}  # nothing seals at all
    with store.write() as connection:
        journal = Journal(now=NOW + timedelta(hours=1), actor="router")
        journal.add(EventKind.NOTED)
        journal.flush(connection)
        lock_books(connection)
        connection.execute(sa.update(bookkeeping).values(data={"seals": {"settled": 10, "looked": NOW.isoformat()}}))
        (newest,) = seal_pending(connection, now=NOW, limit=100)
        assert newest.id == 11
    write_events(store, 1)
    with store.read() as connection:
        assert found(connection) == {"event_not_sealed": 11}
