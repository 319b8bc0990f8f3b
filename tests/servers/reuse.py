"""One PostgreSQL database for many tests: emptied between them, made anew only where a test changed more than rows.

Making a database from a template and dropping it again costs the server 80 ms of processor and the client a new connection; to
empty the few tables that a test wrote costs a tenth of that.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from tests.servers.postgresql import PostgreSQL
from ventanilla.store.tables import metadata

PATIENCE = 0.5
_TABLES = sorted(metadata.tables)
_FILLED = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in _TABLES)
_SHAPE = """SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
SELECT 'c' || conrelid || conname || convalidated || pg_get_constraintdef(oid) AS line
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'a' || attrelid || attname || atttypid || attnotnull
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace AND attnum > 0
UNION ALL SELECT 'i' || indexrelid || indisvalid
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE relnamespace = 'public'::regnamespace
UNION ALL SELECT 't' || tgrelid || tgname || tgenabled::text FROM pg_trigger
UNION ALL SELECT 'v' || version_num FROM alembic_version) AS lines"""
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_RESET = "SELECT setval(seqrelid::regclass, 1, false) FROM pg_sequence"


@dataclass
class Reused:
    """The database of one worker, between two tests."""

    server: PostgreSQL
    template: str
    _name: str | None = None
    _shape: str = ""
    _link: sa.Connection | None = None
    """To the database that was lent last: a new connection would have to learn the schema first, longer than the work takes."""
    _linked: str = ""

    def take(self) -> str:
        """The name of an empty, migrated database; nobody else gets it until it is given back."""
        name, self._name = self._name, None
        if name is not None:
            return name
        made = self.server.create(template=self.template)
        if not self._shape:
            with self._connected(made) as connection:
                self._shape = str(connection.scalar(sa.text(_SHAPE)))
        return made

    def give_back(self, name: str) -> None:
        """Make it empty for the next test, once its store is closed; drop it where that cannot be relied on."""
        if self._name is None and self._is_emptied(name):
            self._name = name
        else:
            self._unlink()
            self.server.drop(name)

    def close(self) -> None:
        """Drop what is kept."""
        self._unlink()
        if self._name is not None:
            self.server.drop(self._name)

    def _is_emptied(self, name: str) -> bool:
        try:
            with self._connected(name) as connection:
                if not self._is_left_alone(connection) or connection.scalar(sa.text(_SHAPE)) != self._shape:
                    return False
                connection.execute(
                    sa.text("SET LOCAL session_replication_role = replica")
                )  # no trigger, no foreign key
                for table in connection.scalars(sa.text(_FILLED)).all():
                    connection.execute(sa.text(f"DELETE FROM {table}"))
                connection.execute(sa.text(_RESET))
        except sa.exc.SQLAlchemyError:
            return False
        return True

    def _is_left_alone(self, connection: sa.Connection) -> bool:
        """Whether whoever was connected is gone; the server takes a moment to notice."""
        until = time.monotonic() + PATIENCE
        while connection.scalar(sa.text(_OTHERS)):
            if time.monotonic() > until:
                return False
            time.sleep(0.005)
        return True

    @contextmanager
    def _connected(self, name: str) -> Iterator[sa.Connection]:
        if self._link is None or self._linked != name:
            self._unlink()
            self._link = sa.create_engine(self.server.url(name), poolclass=sa.NullPool).connect()
            self._linked = name
        with self._link.begin():
            yield self._link

    def _unlink(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None
