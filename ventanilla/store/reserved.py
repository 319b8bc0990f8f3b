"""Numbers of rows taken from the database ahead, so that a row can be referred to before it is written. Knows no table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ventanilla.store.once import note, noted

_NEXT: dict[str, Any] = {
    # The caller holds the one lock for writing; numbers are never used again (AUTOINCREMENT).
    "sqlite": sa.text(
        "WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :many) "
        "SELECT n + coalesce((SELECT seq FROM sqlite_sequence WHERE name = :name), 0) FROM one"
    ),
    "postgresql": sa.text(
        "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, CAST(:many AS integer))"
    ),
}


def reserve_ids(connection: sa.Connection, wanted: Mapping[str, int]) -> None:
    """Take so many numbers for rows of these tables (which hand out `id`s and never again) for this transaction, if it remembers.

    Whoever writes such rows in it takes them from here (`take_id`) while there are any: on SQLite the next ones that the
    database would hand out by itself are the same.
    """
    statement = _NEXT[connection.dialect.name]
    for table, many in wanted.items():
        ids = list(connection.scalars(statement, {"name": table, "many": many}))
        note(connection, ("ids", table), ids[::-1])


def take_id(connection: sa.Connection, table: sa.Table) -> int | None:
    """The next number for a row of this table; None where none is left: the database hands it out."""
    ids = noted(connection, ("ids", table.name))
    return int(ids.pop()) if ids else None
