"""The two stores to measure on: SQLite in a folder, and a PostgreSQL of our own set as it is when it is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bench.processes import processor_seconds

CHOICES = ("sqlite", "postgresql", "both")


@dataclass(frozen=True, slots=True)
class Engine:
    """`new` makes an empty store and returns its address; `used` is what the server has used of processors (0 without one)."""

    name: str
    new: Callable[[], str]
    used: Callable[[], float]
    server: int | None = None


def engines(stack: ExitStack, which: str) -> Iterator[Engine]:
    """SQLite, PostgreSQL or both; the server ends with `stack`."""
    if which != "postgresql":
        yield Engine("SQLite", lambda: "sqlite", lambda: 0.0)
    if which != "sqlite":
        yield _postgresql(stack)


def _postgresql(stack: ExitStack) -> Engine:
    """Its settings are its own defaults: what is committed is on the disk, unlike in the tests, for which it was made."""
    from tests.servers.postgresql import started_postgresql

    server = stack.enter_context(started_postgresql())
    admin = sa.create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql("ALTER SYSTEM RESET ALL")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
        folder = str(connection.exec_driver_sql("SHOW data_directory").scalar())
    pid = int((Path(folder) / "postmaster.pid").read_text().splitlines()[0])
    return Engine("PostgreSQL", lambda: server.url(server.create()), lambda: sum(processor_seconds(pid).values()), pid)
