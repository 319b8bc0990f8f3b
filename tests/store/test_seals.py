"""The chain over the log: in one order, without gaps, the same on every engine, in whatever order events appear."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.store.at_once import at_once
from tests.store.rows import EARLIER, NOW
from ventanilla.store import tables as t
from ventanilla.store.backup import write_backup
from ventanilla.store.engine import Store, open_store
from ventanilla.store.events import Journal
from ventanilla.store.installation import ensure_installation
from ventanilla.store.migrate import upgrade
from ventanilla.store.restore import restore_backup
from ventanilla.store.seals import canonical, head, lock_books, seal_at, seal_pending, verify
from ventanilla.words import EventKind

LATER = NOW + timedelta(minutes=1)


def write_events(store: Store, count: int = 1, **data: Any) -> None:
    with store.write() as connection:
        add_events(connection, count, **data)


def add_events(connection: sa.Connection, count: int = 1, **data: Any) -> None:
    journal = Journal(now=NOW, actor="router")
    for _ in range(count):
        journal.add(EventKind.CASE_CHANGED, at=EARLIER, agent="ana", data=data)
    journal.flush(connection)


def seal(store: Store, *, now: datetime = NOW, limit: int = 1000) -> list[int]:
    with store.write() as connection:
        lock_books(connection)
        return [row.id for row in seal_pending(connection, now=now, limit=limit)]


def is_whole(store: Store) -> bool:
    with store.read() as connection:
        return all(link.follows and link.holds for link in verify(connection))


def test_each_event_is_sealed_once_in_order_and_a_repeat_seals_nothing(store: Store) -> None:
    write_events(store, 5)

    assert seal(store, limit=3) == [1, 2, 3]
    assert seal(store, limit=3) == [4, 5]
    assert seal(store) == []

    with store.read() as connection:
        assert [link.event_id for link in verify(connection)] == [1, 2, 3, 4, 5]
        newest = head(connection)
        assert newest is not None
        assert newest.number == 5
        assert seal_at(connection, 5) == newest
        assert seal_at(connection, 6) is None
    assert is_whole(store)


def test_the_chain_can_be_worked_out_by_hand(store: Store) -> None:
    with store.write() as connection:
        instance = ensure_installation(connection, now=NOW).instance
    write_events(store, year="año", share=0.5)
    seal(store)

    event = {
        "id": 1,
        "at": "2026-11-20T08:30:00.000000Z",
        "recorded_at": "2026-11-20T09:30:00.000000Z",
        "kind": "case_changed",
        "actor": "router",
        "agent": "ana",
        "data": {"share": 0.5, "year": "año"},
        **dict.fromkeys(("channel", "conversation_id", "assignment_number", "message_id", "inbox_id", "outbox_id")),
    }
    text = json.dumps(event, sort_keys=True, separators=(",", ":"))
    genesis = hashlib.sha256(f"ventanilla {instance}".encode()).hexdigest()
    expected = hashlib.sha256(f"{genesis}\n{text}".encode()).hexdigest()
    with store.read() as connection:
        newest = head(connection)
    assert newest is not None
    assert newest.hash == expected


def test_an_event_is_the_same_bytes_however_the_engine_keeps_its_numbers_and_times(store: Store) -> None:
    madrid = timezone(timedelta(hours=1))
    data = {"z": 1e20, "a": [1.0, 2.5, -0.0, 1e-7], "é": {"b": None, "a": True}, "n": 12345678901234567}
    journal = Journal(now=NOW, actor="router")
    journal.add(EventKind.CASE_CHANGED, at=datetime(2026, 11, 20, 1, 2, 3, 45, tzinfo=madrid), data=data)
    with store.write() as connection:
        journal.flush(connection)
        (row,) = connection.execute(sa.select(t.events)).all()
    assert canonical(row).decode("ascii") == (
        '{"actor":"router","agent":null,"assignment_number":null,"at":"2026-11-20T00:02:03.000045Z","channel":null,'
        '"conversation_id":null,"data":{"a":[1,2.5,0,1e-07],"n":12345678901234567,"z":100000000000000000000,'
        '"\\u00e9":{"a":true,"b":null}},"id":1,"inbox_id":null,"kind":"case_changed","message_id":null,'
        '"outbox_id":null,"recorded_at":"2026-11-20T09:30:00.000000Z"}'
    )


def test_where_nothing_is_new_nothing_is_written(store: Store) -> None:
    write_events(store, 3)
    seal(store)
    with store.read() as connection:
        before = connection.execute(sa.select(t.bookkeeping)).all()

    assert seal(store, now=NOW + timedelta(seconds=5)) == []

    with store.read() as connection:
        assert connection.execute(sa.select(t.bookkeeping)).all() == before


def test_what_others_keep_in_the_books_stays(store: Store) -> None:
    with store.write() as connection:
        lock_books(connection)
        connection.execute(sa.update(t.bookkeeping).values(data={"folded": 7}))
    write_events(store)
    seal(store)
    with store.write() as connection:
        assert lock_books(connection)["folded"] == 7


def test_an_event_that_appears_after_later_ones_were_sealed_is_found(postgresql_store: Store) -> None:
    store = postgresql_store
    slow = store.engine.connect()
    with slow.begin():
        add_events(slow)  # takes number 1, and goes on for long
        for minute in range(3):
            write_events(store, 2)
            seal(store, now=NOW + timedelta(minutes=minute))
    slow.close()

    assert seal(store, now=NOW + timedelta(minutes=3)) == [1]
    assert is_whole(store)
    with store.read() as connection:
        assert [link.event_id for link in verify(connection)] == [2, 3, 4, 5, 6, 7, 1]


def test_only_what_may_still_appear_is_looked_for_again(postgresql_store: Store) -> None:
    store = postgresql_store
    for minute in range(3):
        write_events(store, 10)
        seal(store, now=NOW + timedelta(minutes=minute))
    with store.write() as connection:
        assert lock_books(connection)["seals"]["settled"] == 20


def test_all_events_are_looked_at_again_after_a_day(postgresql_store: Store) -> None:
    store = postgresql_store
    write_events(store, 3)
    seal(store)
    with store.write() as connection:  # as if the window had gone past what nobody had seen
        write_of = {"settled": 3, "looked": NOW.isoformat()}
        connection.execute(sa.update(t.bookkeeping).values(data={"seals": write_of}))
        connection.exec_driver_sql("ALTER TABLE seals DISABLE TRIGGER ALL")
        connection.execute(sa.delete(t.seals).where(t.seals.c.event_id == 3))
    assert seal(store, now=NOW + timedelta(hours=23)) == []
    assert seal(store, now=NOW + timedelta(hours=24)) == [3]
    assert seal(store, now=NOW + timedelta(hours=25)) == []


def test_two_that_seal_at_once_make_one_chain(store: Store) -> None:
    write_events(store, 60)
    at_once([lambda: [seal(store, limit=10) for _ in range(4)]] * 3)
    with store.read() as connection:
        assert sorted(link.event_id for link in verify(connection)) == list(range(1, 61))
    assert is_whole(store)


def test_a_store_restored_on_either_engine_goes_on_with_the_same_chain(
    store: Store, new_store: Callable[[], Store], tmp_path: Path
) -> None:
    with store.write() as connection:
        ensure_installation(connection, now=NOW)
    write_events(store, 4, share=1.0, big=1e20)
    seal(store)
    with store.read() as connection:
        before = head(connection)
    write_backup(store, tmp_path / "copy", now=LATER, version="1", progress=lambda _: None)
    others = (new_store(), open_store(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other"))
    for other in others:
        restore_backup(other, tmp_path / "copy", now=LATER, progress=lambda _: None)
        upgrade(other)
        with other.read() as connection:
            assert head(connection) == before
        assert seal(other, now=LATER) == [5]
        assert is_whole(other)
        other.close()


def test_sealing_is_quick_enough_for_a_years_log(sqlite_store: Store) -> None:
    write_events(sqlite_store, 20_000, reason="balanced")
    started = time.process_time()
    while seal(sqlite_store, limit=5_000):
        pass
    assert time.process_time() - started < 5  # about 0.5 s on two cores
