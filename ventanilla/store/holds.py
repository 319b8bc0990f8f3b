"""Legal holds: a case of which nothing may be erased, by whose word, why and until when. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, legal_holds
from ventanilla.words import EventKind


def in_force(now: datetime) -> sa.ColumnElement[bool]:
    """A hold that nobody ended and whose last day is not over."""
    return legal_holds.c.ended_at.is_(None) & (legal_holds.c.until.is_(None) | (legal_holds.c.until > now))


def place_hold(
    connection: sa.Connection, case_id: int, *, reason: str, until: datetime | None, by: str, journal: Journal
) -> bool:
    """Hold a case until then (none: until somebody ends it); whether that is new. The same hold again changes nothing; another
    reason or date is a hold of its own beside it. The reason stays out of the log: it may name people."""
    same = (legal_holds.c.conversation_id == case_id) & (legal_holds.c.reason == reason) & in_force(journal.now)
    for row in connection.execute(sa.select(legal_holds.c.until).where(same)):
        if row.until == until:
            return False
    values = {"conversation_id": case_id, "reason": reason, "set_by": by, "since": journal.now, "until": until}
    hold = connection.execute(sa.insert(legal_holds).returning(legal_holds.c.id), values).scalar_one()
    data = {"hold": hold, "until": until.isoformat() if until else None}
    journal.add(EventKind.LEGAL_HOLD, conversation_id=case_id, data=data)
    return True


def end_holds(connection: sa.Connection, case_id: int, *, by: str, journal: Journal) -> int:
    """End every hold of a case that nobody ended; return how many those were."""
    open_ones = (legal_holds.c.conversation_id == case_id) & legal_holds.c.ended_at.is_(None)
    values = {"ended_at": journal.now, "ended_by": by}
    ended = connection.scalars(sa.update(legal_holds).where(open_ones).values(values).returning(legal_holds.c.id))
    holds = sorted(ended)
    if holds:
        journal.add(EventKind.LEGAL_HOLD_ENDED, conversation_id=case_id, data={"holds": holds})
    return len(holds)


def holds_on(connection: sa.Connection, case_ids: Sequence[int], *, now: datetime) -> Sequence[sa.Row[Any]]:
    """The holds in force on any of these cases, oldest first."""
    theirs = legal_holds.c.conversation_id.in_(case_ids)
    return connection.execute(sa.select(legal_holds).where(theirs, in_force(now)).order_by(legal_holds.c.id)).all()


def list_holds(connection: sa.Connection, *, now: datetime, past: bool = False) -> list[dict[str, Any]]:
    """Every hold with its case's key, oldest first; with `past` also those that are over."""
    query = sa.select(legal_holds, conversations.c.key, in_force(now).label("in_force")).join(
        conversations, conversations.c.id == legal_holds.c.conversation_id
    )
    rows = connection.execute((query if past else query.where(in_force(now))).order_by(legal_holds.c.id))
    names = ("key", "reason", "set_by", "since", "until", "ended_at", "ended_by")
    return [{**{name: getattr(row, name) for name in names}, "in_force": bool(row.in_force)} for row in rows]
