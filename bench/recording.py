"""Writes down the writing statements that the service sends for a mail, and sends the same again by the bare driver.

What it asks without writing is left out: whoever did the same by plain SQL might ask less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from ventanilla.store.engine import Store

Transaction = list[tuple[str, Any, bool]]
_WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass(slots=True)
class Recording:
    """The transactions that wrote something, in order: statement, parameters, whether they are many."""

    transactions: list[Transaction] = field(default_factory=list)
    _open: dict[int, Transaction] = field(default_factory=dict)

    def note(self, connection: sa.Connection, statement: str, parameters: Any, *, many: bool) -> None:
        """One statement of a transaction that is open."""
        if statement.lstrip().upper().startswith(_WRITES):
            self._open.setdefault(id(connection.connection.driver_connection), []).append((statement, parameters, many))

    def end(self, connection: sa.Connection, *, kept: bool) -> None:
        """The transaction ended."""
        done = self._open.pop(id(connection.connection.driver_connection), None)
        if kept and done:
            self.transactions.append(done)


@contextmanager
def recorded(store: Store) -> Iterator[Recording]:
    """What is written meanwhile through this store."""
    recording, engine = Recording(), store.engine

    def before(connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        # Many rows as one statement come flattened, and are one.
        apart = many and isinstance(parameters, list) and isinstance(parameters[0], tuple | dict | list)
        recording.note(connection, statement, parameters, many=apart)

    def commit(connection: Any) -> None:
        recording.end(connection, kept=True)

    def rollback(connection: Any) -> None:
        recording.end(connection, kept=False)

    listeners: dict[str, Callable[..., None]] = {
        "before_cursor_execute": before,
        "commit": commit,
        "rollback": rollback,
    }
    for name, listener in listeners.items():
        sa.event.listen(engine, name, listener)
    try:
        yield recording
    finally:
        for name, listener in listeners.items():
            sa.event.remove(engine, name, listener)


def replay(store: Store, transactions: Sequence[Transaction]) -> float:
    """Seconds that the bare driver takes for the same transactions on a store that stands as the first one stood."""
    connection: Any = store.engine.raw_connection()
    raw = connection.driver_connection
    is_sqlite = store.is_sqlite
    try:
        cursor = raw.cursor()
        began = time.perf_counter()
        for transaction in transactions:
            if is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, parameters, many in transaction:
                if many:
                    cursor.executemany(statement, parameters)
                else:
                    cursor.execute(statement, parameters)
                    if cursor.description is not None:
                        cursor.fetchall()
            raw.commit()
        return time.perf_counter() - began
    finally:
        connection.close()
