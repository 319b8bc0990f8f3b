"""Writes of a transaction whose answer nobody waits for, kept to be sent to the database together. Knows no statement's meaning.

Only a transaction that wants it (`begin_gathering`) keeps any. They are sent before anything is asked or written that names one of
their tables, or leans on one, and before COMMIT: nobody in the transaction can tell, except by the time it takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa


class Gathered:
    """Statements with the values they are to be run with, in the order in which each statement was first given."""

    __slots__ = ("_rows",)

    def __init__(self) -> None:
        self._rows: dict[str, tuple[Any, list[Mapping[str, Any]]]] = {}

    def __bool__(self) -> bool:
        return bool(self._rows)

    def concerns(self, words: Set[str], parents: Set[str]) -> bool:
        """Whether a statement whose text has these words, and whose rows refer to rows of these tables, would miss something."""
        return any(table in words or (table in parents and kept[0].is_insert) for table, kept in self._rows.items())

    def takes(self, statement: Any, row: Mapping[str, Any]) -> bool:
        """Whether this may stand behind what is kept for its table: the same statement with values of the same names."""
        kept = self._rows.get(statement.table.name)
        return kept is None or (kept[0] is statement and kept[1][0].keys() == row.keys())

    def add(self, statement: Any, row: Mapping[str, Any]) -> None:
        """Keep a row for a statement that it `takes`."""
        self._rows.setdefault(statement.table.name, (statement, []))[1].append(row)

    def take(self) -> list[tuple[Any, list[Mapping[str, Any]]]]:
        """All that was kept; nothing is kept any more."""
        taken = list(self._rows.values())
        self._rows.clear()
        return taken


def later(connection: sa.Connection, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Run this INSERT or UPDATE with each of these rows by the end of the transaction: now, unless the transaction gathers.

    What the database refuses is raised then, and nothing of the transaction is committed.
    """
    gathered: Gathered | None = getattr(connection, "gathered", None)
    if gathered is None:
        if rows:
            connection.execute(statement, rows)
        return
    for row in rows:
        if not gathered.takes(statement, row):
            send_gathered(connection)
        gathered.add(statement, row)


def begin_gathering(connection: Any) -> None:
    """From here on `later` keeps what it is given."""
    connection.gathered = Gathered()


def send_gathered(connection: Any) -> None:
    """Send what was kept."""
    if getattr(connection, "gathered", None):
        connection.send_gathered()


def end_gathering(connection: Any) -> None:
    """Send what was kept, and keep nothing any more."""
    send_gathered(connection)
    if hasattr(connection, "gathered"):
        connection.gathered = None
