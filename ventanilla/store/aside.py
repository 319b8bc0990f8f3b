"""Puts a store's tables out of the way without deleting any: for a restore over a store that is in use."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from ventanilla.errors import Conflict
from ventanilla.processes import is_dead
from ventanilla.store.engine import Store, in_our_words
from ventanilla.store.tables import leases, messages, metadata
from ventanilla.store.tables.log import APPEND_ONLY, append_only_function
from ventanilla.store.tables.search import FUNCTION

REVISIONS = "alembic_version"
_OURS = (*metadata.tables, REVISIONS)


def holds_something(store: Store) -> bool:
    """Whether there is a row in any of our tables. A database without our tables is empty, whatever else is in it."""
    with store.read() as connection:
        there = set(sa.inspect(connection).get_table_names()) & set(metadata.tables)
        return any(connection.execute(sa.select(1).select_from(sa.table(name)).limit(1)).first() for name in there)


def refuse_while_in_use(store: Store, *, now: datetime) -> None:
    """Raises Conflict naming who is at work on the store: somebody holds a lease that has not lapsed and is not dead."""
    with store.read() as connection:
        if leases.name not in sa.inspect(connection).get_table_names():
            return
        rows = connection.execute(sa.select(leases).where(leases.c.expires_at > now)).all()
    for row in rows:
        if not is_dead(row.holder):
            raise Conflict(f"the store is in use: {row.holder} holds the lease on {row.name}; stop it first")


def set_aside(store: Store, *, label: str) -> str:
    """Move our tables out of the way and return where they are now. The store is empty afterwards.

    SQLite: the file gets `.label` behind its name. PostgreSQL: the tables go into a schema of that name.
    """
    return _set_file_aside(store, label) if store.is_sqlite else _set_tables_aside(store, label)


def _set_file_aside(store: Store, label: str) -> str:
    path = Path(str(store.engine.url.database))
    store.close()
    aside = _free(path.with_name(f"{path.name}.{label}"))
    for suffix in ("-wal", "-shm", ""):  # the log goes first: alone it would be replayed into the new file
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(aside.name + suffix))
    return str(aside)


def _free(path: Path) -> Path:
    names = (path.with_name(f"{path.name}.{number}") if number else path for number in range(1000))
    return next(name for name in names if not name.exists())


def _set_tables_aside(store: Store, label: str) -> str:
    with in_our_words(), store.engine.begin() as connection:
        schema = _free_schema(connection, f"ventanilla_{label}".replace("-", "_"))
        connection.exec_driver_sql(f'CREATE SCHEMA "{schema}"')
        there = set(sa.inspect(connection).get_table_names())
        for name in _OURS:
            if name in there:
                connection.exec_driver_sql(f'ALTER TABLE {name} SET SCHEMA "{schema}"')
        for name in APPEND_ONLY:
            if name in there:
                connection.exec_driver_sql(f'ALTER FUNCTION {append_only_function(name)} SET SCHEMA "{schema}"')
        if messages.name in there:
            connection.exec_driver_sql(f'ALTER FUNCTION {FUNCTION} SET SCHEMA "{schema}"')
    return f"schema {schema}"


def _free_schema(connection: sa.Connection, name: str) -> str:
    taken = set(sa.inspect(connection).get_schema_names())
    names = (f"{name}_{number}" if number else name for number in range(1000))
    return next(each for each in names if each not in taken)
