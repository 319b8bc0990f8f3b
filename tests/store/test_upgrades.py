"""An upgrade from the first version's schema with data in it, while others work, killed half-way, and met by an older program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.store.full_store import fill
from tests.store.old_stores import columns_of, lay_rows, lay_statements, rows_by_table
from tests.store.promises import BREAKS, check_refused
from ventanilla.errors import AnotherSchema, Unreachable
from ventanilla.house_time import house_time, ticks
from ventanilla.store import server_time
from ventanilla.store.audit import audit
from ventanilla.store.blobs_folder import see_blobs_folder
from ventanilla.store.engine import Store
from ventanilla.store.migrate import current_revision, missing_steps, require_current, upgrade
from ventanilla.store.revision import NEWEST, is_current
from ventanilla.store.server_time import follow_server
from ventanilla.store.tables import installation, metadata

FIRST = "0001"
NewStore = Callable[[], Store]
SLOW_UPGRADE = """
import sys, time
from pathlib import Path
from ventanilla.store import migrate
from ventanilla.store.engine import open_store
store = open_store(sys.argv[1], Path(sys.argv[2]))
migrate._keep_triggers = lambda connection: (print("half-way", flush=True), time.sleep(300))
migrate.upgrade(store)
"""


def test_what_every_promise_starts_from_is_refused_its_breaks_after_the_upgrade(new_store: NewStore) -> None:
    store = new_store()
    lay_statements(store, revision=FIRST)
    before = {name: len(rows) for name, rows in rows_by_table(store).items()}

    upgrade(store)

    assert {name: len(rows) for name, rows in rows_by_table(store, columns_of(store)).items()} == before
    for name in BREAKS:
        check_refused(store, name)


def test_rows_of_every_table_come_through_unchanged(new_store: NewStore) -> None:
    store = new_store()
    lay_rows(store, "rows_of_0001.jsonl", revision=FIRST)
    columns = columns_of(store)
    before = rows_by_table(store, columns)
    # given something in every table that there was
    assert [name for name in columns if not before[name]] == []

    upgrade(store)

    assert rows_by_table(store, columns) == before
    require_current(store)


def test_what_the_newest_schema_holds_could_all_be_laid_into_an_upgraded_store(new_store: NewStore) -> None:
    store = new_store()
    upgrade(store, to=FIRST)
    upgrade(store)

    fill(store)

    assert set(metadata.tables) == {name for name, rows in rows_by_table(store).items() if rows}


def test_a_house_of_the_first_version_is_audited_without_a_finding_after_the_upgrade(new_store: NewStore) -> None:
    store = new_store()
    made_at = lay_rows(store, "town_of_0001.jsonl", revision=FIRST)
    assert made_at is not None

    upgrade(store)

    with store.read() as connection:
        found = audit(connection, blobs=store.blobs, now=made_at)
    assert {name: count for name, count in found.items() if count} == {}


def test_what_would_be_done_is_told_and_nothing_is(new_store: NewStore) -> None:
    store = new_store()
    upgrade(store, to=FIRST)

    steps = missing_steps(store)

    assert next(step.revision for step in steps) == "0002"
    assert all(step.about for step in steps)
    with store.read() as connection:
        assert current_revision(connection) == FIRST
    upgrade(store)
    assert missing_steps(store) == ()


def test_a_process_that_works_while_the_schema_becomes_another_writes_nothing_more(store: Store) -> None:
    # given a process that found its own schema, and goes on writing
    assert is_current(store)
    with store.write() as connection:
        connection.execute(sa.update(installation).values(restored_at=None))

    # when a newer version has brought the store up to date
    with store.engine.connect().execution_options(begin="IMMEDIATE") as other, other.begin():
        other.exec_driver_sql("UPDATE alembic_version SET version_num = '9001'")

    # then neither a connection of its pool nor a new one is used any more
    for use in (store.write, store.read):
        with pytest.raises(AnotherSchema, match=rf"has become 9001, and this process knows {NEWEST}"), use():
            pytest.fail("a connection was given out")
    assert not is_current(store)
    with pytest.raises(Unreachable):
        require_current(store)


def test_an_upgrade_goes_through_while_others_write(new_store: NewStore) -> None:
    store, writer = new_store(), new_store()
    lay_statements(store, revision=FIRST)
    stop, done, wrong = threading.Event(), [0], list[BaseException]()

    def write() -> None:
        try:
            while not stop.is_set():
                with writer.write() as connection:
                    connection.exec_driver_sql("UPDATE agents SET display_name = 'Ana' WHERE name = 'ana'")
                done[0] += 1
        except BaseException as error:
            wrong.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        wait_until(lambda: done[0] > 3 or wrong, what="a writer")
        upgrade(store)
        after = done[0]
        wait_until(lambda: done[0] > after + 3 or wrong, what="the writer going on")
    finally:
        stop.set()
        thread.join()

    assert wrong == []
    require_current(store)


@pytest.mark.faults
def test_an_upgrade_that_is_killed_half_way_has_done_nothing_and_the_next_one_does_all(new_store: NewStore) -> None:
    store = new_store()
    lay_rows(store, "rows_of_0001.jsonl", revision=FIRST)
    columns = columns_of(store)
    before = rows_by_table(store, columns)
    url = store.engine.url.render_as_string(hide_password=False)
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_UPGRADE, url, str(store.blobs)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "half-way"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    assert (columns_of(store), rows_by_table(store, columns)) == (columns, before)
    with store.read() as connection:
        assert current_revision(connection) == FIRST
    upgrade(store)
    assert rows_by_table(store, columns) == before
    require_current(store)


def test_the_folder_of_files_is_named_once_and_a_machine_that_sees_another_one_is_told(new_store: NewStore) -> None:
    store, other = new_store(), new_store()
    upgrade(store)
    with store.write() as connection:
        values = {"id": 1, "instance": "a", "signing_key": b"k", "created_at": datetime.now(UTC)}
        connection.execute(sa.insert(installation).values(values))

    assert see_blobs_folder(store) is None
    assert see_blobs_folder(other) is None

    # when one machine has a folder of its own, empty or another house's
    apart = Store(other.engine, other.blobs.parent / "elsewhere")
    found = see_blobs_folder(apart)
    assert found is not None
    assert "none of its marks" in found.problem
    apart.blobs.mkdir()
    (apart.blobs / ".folder").write_text("another\n")
    found = see_blobs_folder(apart)
    assert found is not None
    assert "is another one (another)" in found.problem
    # and it does what it is told
    (apart.blobs / ".folder").write_text((store.blobs / ".folder").read_text())
    assert see_blobs_folder(apart) is None


def test_a_slow_answer_about_the_time_is_believed_only_while_there_is_no_better_one(
    postgresql_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_time()
    monkeypatch.setattr(server_time, "SLOWEST", -1.0)
    try:
        house.follow_nobody()
        follow_server(postgresql_store)
        assert house.is_told

        house.follow(datetime.now(UTC) - timedelta(hours=5), at=ticks())
        follow_server(postgresql_store)
        assert datetime.now(UTC) - house.now() > timedelta(hours=4)
    finally:
        house.follow_nobody()


def test_time_is_the_servers_and_goes_on_by_a_clock_that_nobody_sets(
    postgresql_store: Store, sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = house_time()
    try:
        # given this process believed in a time that is five minutes ahead
        house.follow_nobody()
        house.follow(datetime.now(UTC) + timedelta(minutes=5), at=0.0)
        follow_server(postgresql_store)
        with postgresql_store.read() as connection:
            told = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
        assert abs((house.now() - told).total_seconds()) < 60

        # when its machine's own clock is set, nothing changes; on a file there is no server to go by
        before = house.now()
        assert before <= house.now()
        follow_server(sqlite_store)
        assert abs((house.now() - datetime.now(UTC)).total_seconds()) < 60
    finally:
        house.follow_nobody()
