"""Notes on a case: what our own people tell each other about it. They never go out, and change no clock and no owner."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import notes
from ventanilla.words import Side

_ADD = insert_ignoring(notes, notes.c.id)


def put_note(
    connection: sa.Connection,
    case_id: int,
    *,
    agent: str,
    side: Side,
    text: str,
    now: datetime,
    idempotency_key: str | None = None,
) -> tuple[int, bool]:
    """Write a note down; return its id, and whether it is new: the same idempotency key gives the first note again."""
    values = {
        "conversation_id": case_id,
        "agent": agent,
        "side": side,
        "text": text,
        "created_at": now,
        "idempotency_key": idempotency_key,
    }
    made = connection.execute(_ADD[connection.dialect.name], values).scalar_one_or_none()
    if made is not None:
        return int(made), True
    same = sa.select(notes.c.id).where(notes.c.idempotency_key == idempotency_key)
    return int(connection.execute(same).scalar_one()), False


def notes_of(connection: sa.Connection, case_ids: list[int]) -> list[sa.Row[Any]]:
    """The notes of these cases, in the order in which they were written."""
    query = sa.select(notes).where(notes.c.conversation_id.in_(case_ids)).order_by(notes.c.created_at, notes.c.id)
    return list(connection.execute(query))
