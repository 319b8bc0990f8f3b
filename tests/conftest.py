"""Real stores and a real queue server for every test: SQLite in a file, PostgreSQL and Valkey out of wheels."""

from __future__ import annotations

import gc
import subprocess
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from daemon.embedded_queue import EmbeddedQueue
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL, started_postgresql
from tests.servers.reuse import Reused
from tests.servers.stores import migrated_store
from ventanilla.store.engine import Store, open_store
from ventanilla.store.migrate import upgrade

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium


WAITING = ("tests/acceptance/", "tests/demo/test_demo_run.py")
"""Where tests mostly wait for processes of ours; so do those that start the whole service elsewhere."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that wait stand evenly among those that calculate, so that a machine of two cores does both at once all the time."""
    waiting = [item for item in items if _waits(item)]
    if not waiting or len(waiting) == len(items):
        return
    rest = iter([item for item in items if not _waits(item)])
    between = (len(items) - len(waiting)) * 9 // (10 * len(waiting))  # none of them is among the last
    items[:] = [each for item in waiting for each in (item, *islice(rest, between))] + list(rest)


def _waits(item: pytest.Item) -> bool:
    return item.nodeid.startswith(WAITING) or "make_service" in getattr(item, "fixturenames", ())


def pytest_collection_finish() -> None:
    """What thousands of tests are made of stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server for the session (with xdist: for each worker)."""
    with started_postgresql() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql: PostgreSQL, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a migrated, empty database."""
    name = postgresql.create()
    store = open_store(postgresql.url(name), tmp_path_factory.mktemp("template"))
    upgrade(store)
    store.close()
    return name


@pytest.fixture(scope="session")
def postgresql_databases(postgresql: PostgreSQL, postgresql_template: str) -> Iterator[Reused]:
    """Empty, migrated databases that tests borrow."""
    databases = Reused(server=postgresql, template=postgresql_template)
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file."""
    path = tmp_path_factory.mktemp("template") / "ventanilla.db"
    store = open_store(f"sqlite:///{path}", path.parent / "blobs")
    upgrade(store)
    store.close()
    return path


@pytest.fixture
def empty_database(postgresql: PostgreSQL) -> Iterator[str]:
    """The address of a PostgreSQL database in which there is nothing at all."""
    name = postgresql.create()
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def sqlite_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated, empty store in a file of its own."""
    with migrated_store(request, "sqlite", tmp_path) as store:
        yield store


@pytest.fixture
def postgresql_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A migrated, empty store in a database of its own."""
    with migrated_store(request, "postgresql", tmp_path) as store:
        yield store


@pytest.fixture(params=["sqlite", "postgresql"])
def dialect(request: pytest.FixtureRequest) -> str:
    """The test runs once on each engine."""
    return str(request.param)


@pytest.fixture
def store(request: pytest.FixtureRequest, dialect: str) -> Store:
    """A migrated, empty store: the test runs once on each engine."""
    chosen: Store = request.getfixturevalue(f"{dialect}_store")
    return chosen


@pytest.fixture
def new_store(request: pytest.FixtureRequest, dialect: str, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Opens a database with nothing in it, once on each engine; called again it opens the same one by another pool."""
    sqlite = f"sqlite:///{tmp_path / 'new' / 'ventanilla.db'}"
    url = sqlite if dialect == "sqlite" else str(request.getfixturevalue("empty_database"))
    opened: list[Store] = []

    def open_it() -> Store:
        opened.append(open_store(url, tmp_path / "new" / "blobs"))
        return opened[-1]

    yield open_it
    for each in opened:
        each.close()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a queue server that runs for the whole session."""
    queue = EmbeddedQueue.under(tmp_path_factory.mktemp("valkey"))
    queue.prepare()
    process = subprocess.Popen(queue.argv)
    try:
        wait_until(queue.is_ready, what="the queue server")
        yield queue.url
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def valkey(valkey_server: str) -> Iterator[str]:
    """The address of an empty queue server; a test that kills its server wants one of its own."""
    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
        yield valkey_server


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chromium]:
    """Debian's chromium, without a window. A test that uses it is marked `pytest.mark.xdist_group("chromium")`: one for all."""
    from tests.servers.chromium import started_chromium

    with started_chromium() as browser:
        yield browser
