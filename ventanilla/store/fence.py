"""Keeps a process from working on a store whose schema has become another's: asked with each connection, at no more cost than
the question whether the server is still there."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import AnotherSchema

FIND_REVISION = "SELECT version_num FROM alembic_version"


@dataclass(slots=True)
class Fence:
    """Which revision this process works on; None while nobody has looked."""

    revision: str | None = None

    def check(self, found: str | None) -> None:
        """Raise AnotherSchema unless this is the revision that was found before."""
        if self.revision is not None and found != self.revision:
            raise AnotherSchema(
                f"the store's schema has become {found or 'none'}, and this process knows {self.revision}: it writes nothing "
                "more; start it again with the version that brought the store up to date"
            )


def guard(engine: sa.Engine, fence: Fence) -> None:
    """Look at each connection before it is used. One that its server has closed is replaced, with all that are as old."""

    if engine.dialect.name == "sqlite":
        _guard_file(engine, fence)
        return
    import psycopg

    @sa.event.listens_for(engine, "checkout")
    def look(connection: Any, _record: Any, _proxy: Any) -> None:
        try:
            found = _of_server(connection, fence)
        except psycopg.errors.UndefinedTable:
            found = None
        except psycopg.Error as error:
            raise sa.exc.InvalidatePoolError from error
        fence.check(found)


def _guard_file(engine: sa.Engine, fence: Fence) -> None:
    @sa.event.listens_for(engine, "checkout")
    def look(connection: sqlite3.Connection, _record: Any, _proxy: Any) -> None:
        if fence.revision is None:
            return
        with suppress(sqlite3.Error):  # whatever is wrong with the file, the statement that comes next says it
            found = connection.execute(FIND_REVISION).fetchone()
            fence.check(None if found is None else str(found[0]))


def _of_server(connection: Any, fence: Fence) -> str | None:
    before, connection.autocommit = connection.autocommit, True
    try:
        found = connection.execute(FIND_REVISION if fence.revision is not None else "SELECT 1").fetchone()
    finally:
        if not connection.closed:
            connection.autocommit = before
    return None if found is None else str(found[0])
