"""Opening the store: transactions that see one moment, take their locks up front, and say in our words what is wrong."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.store.rows import NOW, add_house, add_inbox
from ventanilla.errors import Temporary
from ventanilla.store import engine
from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import inbox, installation

COUNT = sa.select(sa.func.count()).select_from(inbox)


def test_a_read_sees_one_moment_however_many_questions_it_asks(store: Store) -> None:
    with store.read() as connection:
        before = connection.scalar(COUNT)
        with store.write() as other:
            add_inbox(other, 1)

        assert connection.scalar(COUNT) == before == 0


def test_a_read_cannot_write(postgresql_store: Store) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="read-only"), postgresql_store.read() as connection:
        add_house(connection)


def test_what_fails_half_way_is_not_written(store: Store) -> None:
    with suppress(ZeroDivisionError), store.write() as connection:
        add_inbox(connection, 1)
        1 / 0  # noqa: B018

    with store.read() as connection:
        assert connection.scalar(COUNT) == 0


def test_writers_wait_for_each_other_and_none_is_lost(store: Store) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 10):
            with store.write() as connection:
                add_inbox(connection, number)

    threads = [threading.Thread(target=write, args=(start,)) for start in range(0, 80, 10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.read() as connection:
        assert connection.scalar(COUNT) == 80


def test_a_store_that_stays_locked_is_told_in_our_words(sqlite_store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_PRAGMAS", (*engine._PRAGMAS[:-2], "PRAGMA busy_timeout = 100"))
    other = open_store(str(sqlite_store.engine.url), sqlite_store.blobs)

    with (
        sqlite_store.write(),
        pytest.raises(Temporary, match="the store did not answer: database is locked"),
        other.write(),
    ):
        pass


def test_an_instant_comes_back_in_utc_to_the_microsecond_whatever_its_zone(store: Store) -> None:
    elsewhere = datetime(2026, 11, 20, 10, 30, 0, 1, tzinfo=timezone(timedelta(hours=1)))
    with store.write() as connection:
        row = {"id": 1, "instance": "a", "signing_key": b"k", "created_at": elsewhere}
        connection.execute(sa.insert(installation).values(row))

    with store.read() as connection:
        found = connection.scalar(sa.select(installation.c.created_at))
        later = connection.scalar(sa.select(installation.c.id).where(installation.c.created_at > NOW))

    assert found == NOW + timedelta(microseconds=1)
    assert found.utcoffset() == timedelta(0)
    assert later == 1


def test_sqlite_survives_a_power_cut_as_configured(sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }

    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 30_000}


def test_a_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    with sqlite3.connect(tmp_path / "new.db") as held:  # a file of the old journal mode, and somebody at work in it
        held.execute("CREATE TABLE t (a)")
        held.execute("BEGIN EXCLUSIVE")
        opened = open_store(url, tmp_path)
        read: list[int | None] = []

        def look() -> None:
            with opened.read() as connection:
                read.append(connection.scalar(sa.text("SELECT count(*) FROM t")))

        looking = threading.Thread(target=look)
        looking.start()
        looking.join(timeout=0.3)
        assert looking.is_alive(), "it waits as it does for any other lock"
    looking.join(timeout=30)
    held.close()
    opened.close()

    assert read == [0]
