"""Opens the store: one engine, transactions that take their locks up front, and errors in our own words."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from ventanilla.errors import Temporary
from ventanilla.ownership import give_to_owner_of_folder
from ventanilla.store.fence import Fence, guard
from ventanilla.store.later import send_gathered
from ventanilla.store.quick import make_quick

_SQLITE_BUSY_SECONDS = 30
_PRAGMAS = (
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    f"PRAGMA busy_timeout = {_SQLITE_BUSY_SECONDS * 1000}",
    "PRAGMA temp_store = MEMORY",
)
# A server behind a cut cable says nothing: without these a query would wait for a quarter of an hour (seconds; milliseconds).
_SOON_KNOWN = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# And the server would hold what a machine that was cut off has locked, for hours: a transaction of which nothing is heard is
# undone. Whoever reads at length says so, see `take_time`.
_SOON_UNDONE = (
    "SET idle_in_transaction_session_timeout = '20s'; SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; "
    "SET tcp_keepalives_count = 3; SET tcp_user_timeout = 20000"
)
# PostgreSQL's own default lets each statement of a transaction see another moment.
_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


@dataclass(frozen=True, slots=True)
class Store:
    """The SQL store and the folder of blobs beside it. Safe to share between threads, not between forks.

    Once the `fence` knows a revision, `write` and `read` raise AnotherSchema when the schema has become another.
    """

    engine: sa.Engine
    blobs: Path
    fence: Fence = field(default_factory=Fence)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that may write; commits at the end, rolls back on any exception.

        On SQLite it begins IMMEDIATE, so that it never fails half-way for want of the write lock. Raises Temporary when the
        store is out of reach or locked for longer than 30 s: nothing was written, unless the connection was cut at COMMIT
        itself, which the callers' compare-and-set makes harmless.
        """
        with (
            in_our_words(),
            self.engine.connect().execution_options(begin="IMMEDIATE") as connection,
            connection.begin(),
        ):
            yield connection
            send_gathered(connection)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One moment of the store, however many questions are asked of it. Raises Temporary as `write` does."""
        options: dict[str, Any] = {} if self.is_sqlite else _ONE_MOMENT
        with in_our_words(), self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_store(url: str, blobs: Path) -> Store:
    """Open (for SQLite: create) the store behind an SQLAlchemy URL. Migrating is `migrate`'s business."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        store = Store(_sqlite(parsed), blobs)
    else:
        store = Store(_postgresql(parsed), blobs)
    guard(store.engine, store.fence)
    make_quick(store.engine)
    return store


def take_time(connection: sa.Connection) -> None:
    """This transaction may do nothing for longer than 20 s, as while it copies files between two questions."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _postgresql(url: sa.URL) -> sa.Engine:
    engine = sa.create_engine(url, pool_size=10, connect_args=_SOON_KNOWN, hide_parameters=True)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        before, connection.autocommit = connection.autocommit, True
        connection.execute(_SOON_UNDONE)
        connection.autocommit = before

    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    busy = {"timeout": _SQLITE_BUSY_SECONDS}
    engine = sa.create_engine(url, connect_args=busy, pool_size=10, max_overflow=20, hide_parameters=True)

    @sa.event.listens_for(engine, "do_connect")
    def _own(_dialect: Any, _record: Any, _arguments: Any, _named: Any) -> None:
        if url.database and url.database != ":memory:":
            _make_private(Path(url.database))

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # the driver's own BEGIN comes too late and is never IMMEDIATE
        _write_ahead(connection)
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")

    return engine


def _make_private(file: Path) -> None:
    """Make the file, empty, for its owner only, where there is none: SQLite would make it as the umask says, and gives its log and
    its shared memory the mode that it has."""
    with suppress(OSError):  # what is wrong with the place is told when it is opened
        os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        give_to_owner_of_folder(file)


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Journal mode WAL. SQLite does not wait for others while a new file changes over to it, whatever its busy timeout is."""
    give_up = time.monotonic() + _SQLITE_BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(0.01)


@contextmanager
def in_our_words() -> Iterator[None]:
    """Turns the driver's errors about a store that is out of reach or locked into Temporary."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Temporary(f"the store did not answer: {_first_line(error)}", retry_after=1) from error


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else type(error.orig).__name__
