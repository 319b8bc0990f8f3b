"""The bookkeeper: seals what is new in the log, and brings the clocks of the cases that it touches into line. Safe to run twice at
once, and to be killed: each step is one transaction, and whoever comes next goes on where it ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.timekeeping.book import Book, keep_cases
from router.timekeeping.versions import Versions
from ventanilla.measures.life import TIMED
from ventanilla.store.books import lock_books, note_in_books
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.seals import seal_pending
from ventanilla.store.tables import bookkeeping, conversations

ACTOR = "bookkeeper"
STEP = 2_000  # events a transaction: a few hundred cases
_AGAIN = "clocks_again"
_REFOLD = "clocks_from"
_CASES = 300


def catch_up(store: Store, house: House, *, now: datetime, limit: int = 5000, cases: int | None = None) -> int:
    """Bring the books up to date; return how many events were new, at most `limit` (more may be waiting then).

    Whoever is about to read clocks calls it first. Where nothing is new nothing is written. A case that somebody is changing just
    now is left for the next call. `cases`: how many are worked out afresh at most where all are (after a correction); None: all.
    """
    done = afresh = 0
    while done < limit and (cases is None or afresh < cases):
        size = min(STEP, limit - done)
        with store.write() as connection:
            taken = catch_up_in(connection, house, now=now, limit=size)
            goes_on = _refold(connection, house, now=now) if taken < size else True
        afresh += _CASES if taken < size else 0
        done += taken
        if not goes_on:
            break
    return done


def whole() -> int:
    """A limit for `catch_up` beyond any log."""
    return 2**62


def catch_up_in(connection: sa.Connection, house: House, *, now: datetime, limit: int = STEP) -> int:
    """One step within a transaction of the caller's; returns how many events were new."""
    books = lock_books(connection)
    new = seal_pending(connection, now=now, limit=limit)
    touched = {*_touched(new), *books.get(_AGAIN, ())}
    if touched:
        left = keep(connection, house, touched, now=now)
        if left or books.get(_AGAIN):
            note_in_books(connection, **{_AGAIN: sorted(left)})
    return len(new)


def keep(connection: sa.Connection, house: House, case_ids: Iterable[int], *, now: datetime) -> set[int]:
    """Bring these cases' clocks into line with their events; the caller holds the books. Returns those left for later."""
    journal = Journal(now=now, actor=ACTOR)
    versions = Versions(connection, house)
    ids, left = sorted(case_ids), set[int]()
    for first in range(0, len(ids), _CASES):
        left |= keep_cases(Book(connection, versions), ids[first : first + _CASES], journal)
    journal.flush(connection)
    return left


def refold_from(connection: sa.Connection, case_id: int) -> None:
    """Have `catch_up` work out every case after this one afresh, a few hundred at a time; the caller holds the books."""
    note_in_books(connection, **{_REFOLD: case_id})


def works_afresh(connection: sa.Connection) -> bool:
    """Whether clocks are still being worked out afresh: after a correction, or of cases that somebody was changing."""
    books = connection.scalar(sa.select(bookkeeping.c.data).where(bookkeeping.c.id == 1)) or {}
    return bool(books.get(_AGAIN)) or books.get(_REFOLD) is not None


def _refold(connection: sa.Connection, house: House, *, now: datetime) -> bool:
    """The next few hundred cases that are to be worked out afresh; whether there were any. Cases are looked at by their numbers:
    the law's clocks and what was merged are in their own events."""
    books = lock_books(connection)
    last = books.get(_REFOLD)
    if last is None:
        return False
    query = sa.select(conversations.c.id).where(conversations.c.id > last).order_by(conversations.c.id)
    ids = connection.scalars(query.limit(_CASES)).all()
    left = keep(connection, house, ids, now=now)
    again = sorted({*left, *books.get(_AGAIN, ())})
    note_in_books(connection, **{_REFOLD: ids[-1] if ids else None, **({_AGAIN: again} if left else {})})
    return bool(ids)


def _touched(rows: Iterable[Any]) -> set[int]:
    return {row.conversation_id for row in rows if row.conversation_id is not None and row.kind in TIMED}
