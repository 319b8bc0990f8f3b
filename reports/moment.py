"""One moment of the store, looked at over several connections at once: each question is asked in a thread of its own. Asks nothing.

A database answers one question with one processor; a report asks a dozen that have nothing to do with each other.
"""

from __future__ import annotations

import os
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa

from ventanilla.store.engine import Store, in_our_words

T = TypeVar("T")
MOST = 4
_FOR_SORTING = ("SET LOCAL work_mem = '64MB'", "SET LOCAL jit = off")
"""For this transaction alone: what is sorted stays in the server's memory up to this much, and nothing is compiled for one use."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Connections that all see the same moment of the store."""

    _threads: ThreadPoolExecutor
    _free: queue.SimpleQueue[sa.Connection]

    def ask(self, question: Callable[[sa.Connection], T]) -> Future[T]:
        """Have it answered by whichever connection is free next; `result()` waits for it, and raises what it raised."""
        return self._threads.submit(self._answer, question)

    def _answer(self, question: Callable[[sa.Connection], T]) -> T:
        connection = self._free.get()
        try:
            with in_our_words():
                return question(connection)
        finally:
            self._free.put(connection)


@contextmanager
def one_moment(store: Store) -> Iterator[Moment]:
    """As many connections as there are processors, four at most. Raises Temporary as Store.read does."""
    number = max(1, min(MOST, os.cpu_count() or 1))
    open_ones = _of_sqlite if store.is_sqlite else _of_postgresql
    with ExitStack() as stack:
        free: queue.SimpleQueue[sa.Connection] = queue.SimpleQueue()
        with in_our_words():
            for connection in open_ones(store, stack, number):
                free.put(connection)
        threads = stack.enter_context(ThreadPoolExecutor(number))
        stack.callback(threads.shutdown, cancel_futures=True)
        yield Moment(threads, free)


def _of_sqlite(store: Store, stack: ExitStack, number: int) -> list[sa.Connection]:
    """Nobody can write while they begin, so that all see the same. What is sorted spills into files that are gone afterwards,
    instead of into memory."""
    found = [stack.enter_context(store.engine.connect()) for _ in range(number)]
    for connection in found:
        raw: Any = connection.connection.driver_connection  # the pragma is refused inside a transaction
        raw.execute("PRAGMA temp_store = FILE")
        stack.callback(raw.execute, "PRAGMA temp_store = MEMORY")
    with store.write():
        for connection in found:
            stack.enter_context(connection.begin())
            connection.exec_driver_sql("SELECT 1 FROM installation").all()  # its moment is that of its first look
    return found


def _of_postgresql(store: Store, stack: ExitStack, number: int) -> list[sa.Connection]:
    """The first one's snapshot is lent to the others."""
    found = [stack.enter_context(store.read()) for _ in range(number)]
    snapshot = found[0].exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    for connection in found:
        if connection is not found[0]:
            connection.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
        for setting in _FOR_SORTING:
            connection.exec_driver_sql(setting)
    return found
