"""Lets a step die at a chosen write to the store, as kill -9 or a lost connection would. Knows nothing of what the step does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from tests.faults.tally import count_faults
from ventanilla.errors import Temporary

_WRITES = ("INSERT", "UPDATE", "DELETE")


class Killed(BaseException):
    """The process is no more. No `except Exception` of the product's can outlive it."""


class How(StrEnum):
    """What ends a step."""

    KILLED = "killed"
    CUT = "cut off from the store"


class Crashes:
    """Watches the writes of one store's engine, and counts them (`writes`); used by one thread."""

    def __init__(self, engine: sa.Engine) -> None:
        self._left, self._how = 0, How.KILLED
        self._engine = engine
        self.writes = 0
        sa.event.listen(engine, "before_cursor_execute", self._see)
        sa.event.listen(engine, "commit", self._commits)

    def close(self) -> None:
        """Watch no more."""
        sa.event.remove(self._engine, "before_cursor_execute", self._see)
        sa.event.remove(self._engine, "commit", self._commits)

    @contextmanager
    def at(self, number: int, how: How) -> Iterator[None]:
        """Inside, the `number`-th write or COMMIT from now is not done: Killed, or Temporary, is raised instead, once."""
        self._left, self._how = number, how
        try:
            yield
        finally:
            self._left = 0

    def _see(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip()[:6].upper() in _WRITES:
            self.writes += 1
            self._count()

    def _commits(self, _connection: Any) -> None:
        self._count()

    def _count(self) -> None:
        if self._left:
            self._left -= 1
            if not self._left:
                count_faults()
                raise Killed if self._how is How.KILLED else Temporary("the store was cut off", retry_after=1)
