"""Brakes on guessing: how many tries a mark (an account, a network, a known browser) has spent, and until when it must wait.

The store keeps them, so that every process brakes for the others. A try is counted before it is judged: many at once are as slow
as one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import throttles

_KEPT = timedelta(days=1)
_COLUMN = throttles.c
_NEW = insert_ignoring(throttles)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """`free` tries cost nothing; each one after them doubles the pause that began with `first`, up to `longest`. After `forgotten`
    without a try all is as before: nobody is locked out for good."""

    free: int
    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(minutes=15)
    forgotten: timedelta = timedelta(hours=12)

    def pause(self, failures: int) -> timedelta:
        """How long to wait after so many tries that failed."""
        beyond = failures - self.free
        if beyond < 0:
            return timedelta(0)
        return min(self.longest, self.first * (1 << min(beyond, 20)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """What became of asking for a try: to wait `pause` first, or none; `began` says which marks must wait since this very try."""

    pause: timedelta
    began: tuple[str, ...] = ()


def take_try(connection: sa.Connection, brakes: Sequence[tuple[str, Brake]], *, now: datetime) -> Try:
    """Count a try for each of these marks, unless one of them must wait: then nothing is counted."""
    rows = {mark: _locked(connection, mark, now=now) for mark, _ in sorted(brakes)}
    waiting = [row.until - now for row in rows.values() if row.until is not None and row.until > now]
    if waiting:
        return Try(pause=max(waiting))
    began = []
    for mark, brake in brakes:
        row = rows[mark]
        failures = 1 if now - row.last_at > brake.forgotten else row.failures + 1
        pause = brake.pause(failures)
        spent = {"failures": failures, "last_at": now, "until": now + pause if pause else None}
        connection.execute(sa.update(throttles).where(_COLUMN.mark == mark).values(**spent))
        if pause:
            began.append(mark)
    connection.execute(sa.delete(throttles).where(_COLUMN.last_at < now - _KEPT))
    return Try(pause=timedelta(0), began=tuple(began))


def give_back(connection: sa.Connection, marks: Sequence[str]) -> None:
    """The try was none of somebody who guesses: it was not spent, and nobody of these waits because of it."""
    spent = sa.update(throttles).where(_COLUMN.mark.in_(marks), _COLUMN.failures > 0)
    connection.execute(spent.values(failures=_COLUMN.failures - 1, until=None))


def clear(connection: sa.Connection, marks: Sequence[str]) -> None:
    """Whoever it was has come in: all tries of these marks are forgotten."""
    connection.execute(sa.delete(throttles).where(_COLUMN.mark.in_(marks)))


def _locked(connection: sa.Connection, mark: str, *, now: datetime) -> sa.Row[Any]:
    row = {"mark": mark, "failures": 0, "last_at": now, "until": None}
    mine = sa.select(throttles).where(_COLUMN.mark == mark).with_for_update()
    connection.execute(_NEW[connection.dialect.name], row)
    found = connection.execute(mine).one_or_none()
    if found is None:  # somebody else has just cleared it
        connection.execute(_NEW[connection.dialect.name], row)
        found = connection.execute(mine).one()
    return found
