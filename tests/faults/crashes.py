"""Lets a step die, or be overtaken, at a chosen moment of its work on the store. Knows nothing of what the step does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from tests.faults.tally import count_faults

_WRITE = re.compile(r'\s*(INSERT|UPDATE|DELETE)(?: OR \w+)?(?: INTO| FROM)?\s+"?(\w+)', re.IGNORECASE)


class Killed(BaseException):
    """The process is no more. No `except Exception` of the product's can outlive it."""


class How(StrEnum):
    """What happens to a step."""

    KILLED = "killed"
    CUT = "cut off from the store"
    OVERTAKEN = "overtaken by another process"


class Moment(StrEnum):
    """When it happens. Only transactions that wrote count."""

    WRITE = "instead of a write"
    COMMIT = "instead of COMMIT"
    COMMITTED = "after COMMIT, before what follows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What happens at the `number`-th such moment of a step, or instead of the first write that is not among `known` (and is
    added to it). It is overtaken only between two of its transactions."""

    how: How
    moment: Moment
    number: int = 0
    known: set[str] = field(default_factory=set)


class Crashes:
    """Watches the writes of one store's engine; used by one thread.

    `writes` counts writes that were begun, `commits` transactions with one that were committed, `deaths` those of steps, by moment
    and by what was to be written.
    """

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._due: Trouble | None = None
        self._left = 0
        self._meanwhile: Callable[[], object] = lambda: None
        self._is_dead = False
        self._cut: sa.Connection | None = None
        self._writing: set[sa.Connection] = set()
        self.writes = self.commits = 0
        self.deaths = Counter[str]()
        for name, listener in self._listeners():
            sa.event.listen(engine, name, listener)

    def close(self) -> None:
        """Watch no more."""
        for name, listener in self._listeners():
            sa.event.remove(self._engine, name, listener)

    @contextmanager
    def at(self, trouble: Trouble, meanwhile: Callable[[], object] = lambda: None) -> Iterator[None]:
        """Inside, the trouble happens when its moment comes, once. After a kill nothing more is done inside; after a cut nothing
        more in the same transaction. `meanwhile` is what the other process does that overtakes."""
        self._due, self._left, self._meanwhile = trouble, trouble.number, meanwhile
        try:
            yield
        finally:
            self._due, self._is_dead, self._cut = None, False, None

    def _listeners(self) -> tuple[tuple[str, Callable[..., None]], ...]:
        see, commits, undone = self._see, self._commits, self._undone
        return ("before_cursor_execute", see), ("commit", commits), ("rollback", undone)

    def _see(self, connection: sa.Connection, _cursor: Any, statement: str, *_: Any) -> None:
        self._refuse_the_dead(connection)
        written = _WRITE.match(statement)
        if written:
            self.writes += 1
            self._writing.add(connection)
            what = f"{written[1]} {written[2]}".lower()
            if self._comes(Moment.WRITE) or self._is_new(what):
                self._die(connection, what)

    def _commits(self, connection: sa.Connection) -> None:
        self._refuse_the_dead(connection)
        if connection not in self._writing:
            return
        if self._comes(Moment.COMMIT):
            self._die(connection, Moment.COMMIT)
        self._writing.remove(connection)
        self.commits += 1
        if self._comes(Moment.COMMITTED):
            connection.connection.commit()
            self._die(connection, Moment.COMMITTED)

    def _undone(self, connection: sa.Connection) -> None:
        self._writing.discard(connection)
        self._cut = None

    def _comes(self, moment: Moment) -> bool:
        if self._due is None or self._due.moment is not moment or not self._due.number:
            return False
        self._left -= 1
        return self._left == 0

    def _is_new(self, what: str) -> bool:
        if self._due is None or self._due.moment is not Moment.WRITE or self._due.number or what in self._due.known:
            return False
        self._due.known.add(what)
        return True

    def _die(self, connection: sa.Connection, where: str) -> None:
        assert self._due is not None
        how, self._due = self._due.how, None
        count_faults()
        if how is How.OVERTAKEN:
            self.deaths["overtaken"] += 1
            self._meanwhile()
            return
        self.deaths[where] += 1
        self._is_dead = how is How.KILLED
        self._cut = connection if how is How.CUT else None
        self._refuse_the_dead(connection)

    def _refuse_the_dead(self, connection: sa.Connection) -> None:
        if self._is_dead:
            raise Killed
        if self._cut is connection:
            raise OperationalError("", None, OSError("the connection was cut"))
