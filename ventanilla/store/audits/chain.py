"""The log is what it was: what would break its chain of seals. Who holds the database's password could forge the whole chain anew;
that is seen only by a head that was written down elsewhere (`ventanilla seal`)."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with
from ventanilla.store.seals import head_in_books, seal_at, verify
from ventanilla.store.tables import events, seals

BEHIND = timedelta(minutes=15)
_OF_IT = seals.c.event_id == events.c.id
_LAST_SEALS = sa.select(seals.c.event_id).order_by(seals.c.number.desc()).limit(100)  # the very last may be a late one
_NEWEST_SEALED = sa.select(sa.func.max(events.c.recorded_at)).where(events.c.id.in_(_LAST_SEALS))


def event_changed(connection: sa.Connection) -> int:
    """Every event is, to the letter, what it was when it was sealed. (Else it or its seal was changed. Reads the whole log.)"""
    return sum(link.event_is_there and not link.holds for link in verify(connection))


def event_gone(connection: sa.Connection) -> int:
    """Every event that was sealed is still there."""
    return count(connection, seals, ~rows_with(events, _OF_IT))


def seal_missing(connection: sa.Connection) -> int:
    """The seals are numbered from 1 without a gap, up to the one that the books name."""
    numbers = connection.execute(sa.select(sa.func.count(), sa.func.coalesce(sa.func.max(seals.c.number), 0))).one()
    noted = head_in_books(connection)
    cut_off = noted is not None and seal_at(connection, noted.number) != noted
    return int(numbers[1]) - int(numbers[0]) + cut_off


def event_not_sealed(connection: sa.Connection) -> int:
    """Every event has its seal within 15 minutes. (While nothing runs that seals, none is late.)"""
    newest = connection.scalar(_NEWEST_SEALED)
    if newest is None:
        return 0
    return count(connection, events, events.c.recorded_at < newest - BEHIND, ~rows_with(seals, _OF_IT))
