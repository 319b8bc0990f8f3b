"""Finds cases that ended before a moment and whose words are still there; and when the last word of one was said. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import contacts, conversations, events, notes
from ventanilla.words import CaseState, EventKind

ENDED = (CaseState.CLOSED, CaseState.SPAM)
_ROOT = conversations.alias("root")
_ENDED_AT = sa.func.coalesce(_ROOT.c.closed_at, _ROOT.c.resolved_at, _ROOT.c.last_message_at)
_WITH_ROOT = conversations.join(_ROOT, _ROOT.c.id == sa.func.coalesce(conversations.c.merged_into, conversations.c.id))
_NOTE = notes.c.conversation_id == conversations.c.id
_NOTED_SINCE = sa.exists().where(_NOTE, notes.c.created_at > events.c.at)
_NOTED_AFTERWARDS = sa.exists().where(_NOTE, notes.c.created_at > contacts.c.erased_at)


def _forgotten(kind: sa.ColumnElement[str]) -> sa.Select[tuple[int]]:
    """Cases whose words went; whatever was said since has to be forgotten in its turn."""
    said = events.join(conversations, conversations.c.id == events.c.conversation_id).join(
        _ROOT, _ROOT.c.id == sa.func.coalesce(conversations.c.merged_into, conversations.c.id)
    )
    return (
        sa.select(events.c.conversation_id.label("id"))
        .select_from(said)
        .where(kind == EventKind.CASE_FORGOTTEN, events.c.at >= _ENDED_AT)
        .where(events.c.at >= conversations.c.last_message_at, ~_NOTED_SINCE)
    )


_FORGOTTEN_OF = _forgotten(events.c.kind + "")
"""For some cases alone: SQLite would go through every event of the kind for each of them, and cannot once that is a sum."""
_PAGE = 500


def old_cases(connection: sa.Connection, *, before: datetime, after: int = 0, limit: int | None = None) -> list[int]:
    """The ids of cases that ended before that, with their words, by id; those beyond `after`. What was merged into another counts
    as ended when that one did. Of a customer who was
    erased there are none, but those in which one of us noted something afterwards."""
    found: list[int] = []
    while limit is None or len(found) < limit:
        page = _ended(connection, before=before, after=after)
        left = with_words(connection, page)
        found += [case_id for case_id in page if case_id in left]
        if len(page) < _PAGE:
            break
        after = page[-1]
    return found[:limit]


def _ended(connection: sa.Connection, *, before: datetime, after: int) -> list[int]:
    """The next of them, whether forgotten or not: what a page costs depends on no other."""
    ended = sa.select(conversations.c.id).select_from(
        _WITH_ROOT.join(contacts, contacts.c.id == conversations.c.contact_id)
    )
    ended = ended.where(_ROOT.c.state.in_(ENDED), conversations.c.last_message_at < before)
    ended = ended.where(sa.type_coerce(_ENDED_AT, conversations.c.closed_at.type) < before)
    ended = ended.where(conversations.c.id > after, contacts.c.erased_at.is_(None) | _NOTED_AFTERWARDS)
    return list(connection.scalars(ended.order_by(conversations.c.id).limit(_PAGE)))


def next_to_end(connection: sa.Connection, *, since: datetime) -> datetime | None:
    """The earliest moment since then at which a case ended; None where none has."""
    ended = sa.func.coalesce(conversations.c.closed_at, conversations.c.resolved_at, conversations.c.last_message_at)
    at = sa.type_coerce(ended, conversations.c.closed_at.type)
    found: datetime | None = connection.scalar(
        sa.select(sa.func.min(at)).where(conversations.c.state.in_(ENDED), at >= since)
    )
    return found


def last_said(connection: sa.Connection, case_id: int) -> datetime | None:
    """When this case, or what belongs together with it, ended, or when the last was said or noted in them after that; None while
    it has not ended."""
    family = _family(connection, case_id)
    root = next(row for row in family if row.merged_into is None)
    if root.state not in ENDED:
        return None
    ids = [row.id for row in family]
    noted = connection.scalar(sa.select(sa.func.max(notes.c.created_at)).where(notes.c.conversation_id.in_(ids)))
    times: list[datetime | None] = [root.closed_at, root.resolved_at, noted, *(row.last_message_at for row in family)]
    return max(time for time in times if time is not None)


def is_forgotten(connection: sa.Connection, case_id: int) -> bool:
    """Whether its words went, and none has come since."""
    return connection.scalar(_FORGOTTEN_OF.where(conversations.c.id == case_id).limit(1)) is not None


def with_words(connection: sa.Connection, case_ids: Sequence[int]) -> set[int]:
    """Which of these cases still have their words."""
    if not case_ids:
        return set()
    query = _FORGOTTEN_OF.where(conversations.c.id.in_(case_ids))
    return set(case_ids) - set(connection.scalars(query))


def _family(connection: sa.Connection, case_id: int) -> Sequence[sa.Row[Any]]:
    own = sa.select(sa.func.coalesce(conversations.c.merged_into, conversations.c.id))
    root = own.where(conversations.c.id == case_id).scalar_subquery()
    belongs = sa.or_(conversations.c.id == root, conversations.c.merged_into == root)
    return connection.execute(sa.select(conversations).where(belongs)).all()
