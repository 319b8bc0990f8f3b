"""Forgets by their age what hangs on no case: items that became no message, letters about nothing in particular, what our people
typed to their bot, looks and sessions. Every function does a bounded piece and may be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.erasing.blanking import ON_ITS_WAY, drop_blobs, forget_originals, without_words
from ventanilla.store.tables import delivery_reports, inbox, looks, messages, outbox, sessions, staff_texts
from ventanilla.words import InboxState, OutboxKind

AT_ONCE = 200
"""Rows that are looked at or changed together."""
_FIRST = inbox.alias("first")
_HAS_WORDS = inbox.c.raw.is_not(None) | inbox.c.raw_blob.is_not(None) | inbox.c.note.is_not(None)
_NO_MESSAGE = ~sa.exists().where(messages.c.inbox_id == inbox.c.id)
_UNSETTLED = sa.exists().where(staff_texts.c.inbox_id == inbox.c.id, staff_texts.c.settled_at.is_(None))
_ORIGINAL_GONE = sa.exists().where(
    _FIRST.c.id == inbox.c.duplicate_of, _FIRST.c.raw.is_(None), _FIRST.c.raw_blob.is_(None)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Ids of rows with words to forget, and up to which id was looked; `more`: beyond that there may be others."""

    ids: list[int]
    last: int
    more: bool


def old_items(
    connection: sa.Connection, *, before: datetime | None, quarantined_before: datetime | None, after: int = 0
) -> Found:
    """Items of the ledger beyond `after` that became no message and came before that, with their bytes; those in quarantine, which
    nobody has read, by a moment of their own; copies of an original that is gone, whatever their age. None that is pending, nor
    what one of us typed and has not settled yet."""
    settled = (inbox.c.state != InboxState.PENDING) & _HAS_WORDS & _NO_MESSAGE & ~_UNSETTLED
    old: list[sa.ColumnElement[bool]] = [_ORIGINAL_GONE]
    if before is not None:
        old.append((inbox.c.state != InboxState.QUARANTINED) & (inbox.c.pulled_at < before))
    if quarantined_before is not None:
        old.append((inbox.c.state == InboxState.QUARANTINED) & (inbox.c.pulled_at < quarantined_before))
    query = sa.select(inbox.c.id).where(inbox.c.id > after, settled, sa.or_(*old)).order_by(inbox.c.id)
    ids = list(connection.scalars(query.limit(AT_ONCE)))
    return Found(ids=ids, last=ids[-1] if ids else after, more=len(ids) == AT_ONCE)


def forget_items(connection: sa.Connection, ids: list[int], *, blobs: Path, now: datetime) -> int:
    """Their originals and notes go; key and identity stay, so that none is brought in again. Returns how many."""
    drop_blobs(connection, forget_originals(connection, ids), blobs=blobs, before=now)
    connection.execute(sa.update(staff_texts).where(staff_texts.c.inbox_id.in_(ids)).values(text="", files=[]))
    return len(ids)


def old_letters(connection: sa.Connection, *, before: datetime, after: int = 0) -> Found:
    """Letters of no case beyond `after` that were written before that, have not to go out any more, and still say something."""
    query = sa.select(outbox.c.id, outbox.c.payload).where(
        outbox.c.id > after,
        outbox.c.conversation_id.is_(None),
        outbox.c.created_at < before,
        outbox.c.state.not_in(ON_ITS_WAY),
    )
    rows = connection.execute(query.order_by(outbox.c.id).limit(AT_ONCE)).all()
    ids = [row.id for row in rows if without_words(row.payload) != row.payload]
    return Found(ids=ids, last=rows[-1].id if rows else after, more=len(rows) == AT_ONCE)


def forget_letters(connection: sa.Connection, ids: list[int]) -> int:
    """Nobody can tell any more what they said, nor, of what a bot said to a customer, to whom. Returns how many."""
    for row in connection.execute(sa.select(outbox).where(outbox.c.id.in_(ids))).all():
        changed: dict[str, Any] = {"payload": without_words(row.payload), "reason": None}
        if row.kind == OutboxKind.SERVICE and row.agent is None:
            reported = (delivery_reports.c.via == row.via) & (delivery_reports.c.external_id == row.external_id)
            connection.execute(sa.delete(delivery_reports).where(reported))
            changed |= {"recipient": "", "dedupe_key": f"erased:{row.id}", "external_id": None, "parts": None}
        connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(changed))
    return len(ids)


def forget_looks(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Who looked at what before that; how many went."""
    old = sa.select(looks.c.id).where(looks.c.at < before).order_by(looks.c.id).limit(limit)
    return connection.execute(sa.delete(looks).where(looks.c.id.in_(old.scalar_subquery()))).rowcount


def forget_sessions(connection: sa.Connection, *, before: datetime, limit: int) -> int:
    """Sessions that were over before that and that no look names; how many went."""
    over = sa.func.coalesce(sessions.c.ended_at, sessions.c.expires_at) < before
    used = sa.exists().where(looks.c.session_id == sessions.c.id)
    old = sa.select(sessions.c.id).where(over, ~used).order_by(sessions.c.id).limit(limit)
    return connection.execute(sa.delete(sessions).where(sessions.c.id.in_(old.scalar_subquery()))).rowcount


def count_looks(connection: sa.Connection, *, before: datetime) -> int:
    """How many looks are older."""
    return int(connection.scalar(sa.select(sa.func.count()).select_from(looks).where(looks.c.at < before)) or 0)
