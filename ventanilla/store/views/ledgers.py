"""Inbox and outbox as lists: what came in and what became of it, what goes out and how far it got. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations, inbox, messages, outbox
from ventanilla.words import DeliveryState, InboxState, OutboxKind

_ITEM = (
    inbox.c.id,
    inbox.c.channel,
    inbox.c.source,
    inbox.c.item_key,
    inbox.c.state,
    inbox.c.reason,
    inbox.c.note,
    inbox.c.size,
    inbox.c.attempts,
    inbox.c.released_by,
    inbox.c.received_at,
    inbox.c.pulled_at,
    inbox.c.routed_at,
    inbox.c.duplicate_of,
)
_LETTER = (
    outbox.c.id,
    outbox.c.kind,
    outbox.c.state,
    outbox.c.reason,
    outbox.c.via,
    outbox.c.recipient,
    outbox.c.agent,
    outbox.c.attempts,
    outbox.c.created_at,
    outbox.c.not_before,
    outbox.c.sent_at,
    outbox.c.delivered_at,
)


def list_items(
    connection: sa.Connection,
    *,
    state: InboxState | None = None,
    channel: str | None = None,
    limit: int | None = None,
    after: int | None = None,
) -> list[dict[str, Any]]:
    """Ledger rows without their bytes, newest first, with the key of the case that each went into. `after` is an id."""
    query = (
        sa.select(*_ITEM, conversations.c.key)
        .outerjoin(messages, messages.c.inbox_id == inbox.c.id)
        .outerjoin(conversations, conversations.c.id == messages.c.conversation_id)
        .order_by(inbox.c.id.desc())
    )
    if state is not None:
        query = query.where(inbox.c.state == state)
    if channel is not None:
        query = query.where(inbox.c.channel == channel)
    return _page(connection, query, inbox.c.id, limit, after)


def list_letters(
    connection: sa.Connection,
    *,
    state: DeliveryState | None = None,
    kind: OutboxKind | None = None,
    limit: int | None = None,
    after: int | None = None,
) -> list[dict[str, Any]]:
    """Outbox rows without their text, newest first, with the key of the case that each is about. `after` is an id."""
    query = (
        sa.select(*_LETTER, conversations.c.key)
        .outerjoin(conversations, conversations.c.id == outbox.c.conversation_id)
        .order_by(outbox.c.id.desc())
    )
    if state is not None:
        query = query.where(outbox.c.state == state)
    if kind is not None:
        query = query.where(outbox.c.kind == kind)
    return _page(connection, query, outbox.c.id, limit, after)


def items_by_id(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Ledger rows by id, with whether their bytes are known; those that there are."""
    known = sa.or_(inbox.c.raw.is_not(None), inbox.c.raw_blob.is_not(None)).label("has_bytes")
    query = sa.select(*_ITEM, known).where(inbox.c.id.in_(ids))
    return {row.id: row for row in connection.execute(query)}


def readable_quarantined(connection: sa.Connection) -> list[int]:
    """Ids of quarantined items whose bytes are known, oldest first."""
    known = sa.or_(inbox.c.raw.is_not(None), inbox.c.raw_blob.is_not(None))
    query = sa.select(inbox.c.id).where(inbox.c.state == InboxState.QUARANTINED, known).order_by(inbox.c.id)
    return list(connection.scalars(query))


def letters_by_id(connection: sa.Connection, ids: Sequence[int]) -> dict[int, Any]:
    """Outbox rows by id; those that there are."""
    return {row.id: row for row in connection.execute(sa.select(*_LETTER).where(outbox.c.id.in_(ids)))}


def held_by_brake(connection: sa.Connection) -> list[int]:
    """Ids of the automatic texts that the brake holds, oldest first; neither notices that wait for an opening nor people's answers
    are among them."""
    automatic = outbox.c.kind.in_((OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC))
    held = (outbox.c.state == DeliveryState.HELD) & automatic
    return list(connection.scalars(sa.select(outbox.c.id).where(held).order_by(outbox.c.id)))


def _page(
    connection: sa.Connection, query: sa.Select[Any], number: sa.Column[int], limit: int | None, after: int | None
) -> list[dict[str, Any]]:
    if after is not None:
        query = query.where(number < after)
    if limit is not None:
        query = query.limit(limit)
    return [dict(row._mapping) for row in connection.execute(query)]
