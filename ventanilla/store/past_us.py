"""What our own people sent past this service: its row in a case, and the ids by which it finds its case later. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.files import put_files
from ventanilla.store.inbox import reopen_row
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.messages import Received, write_attachments
from ventanilla.store.once import is_absent, note_added, note_found
from ventanilla.store.tables import awaited_refs, events, message_refs, messages
from ventanilla.words import Direction, EventKind, InboxState, Side

_ADD = sa.insert(messages).returning(messages)
_AWAIT = insert_ignoring(awaited_refs)
_AWAITED_IDS = sa.select(awaited_refs.c.external_id).where(
    awaited_refs.c.external_id.in_(sa.bindparam("ids", expanding=True))
)
_AWAITED = (
    sa.select(awaited_refs.c.inbox_id)
    .where(awaited_refs.c.external_id.in_(sa.bindparam("ids", expanding=True)))
    .distinct()
    .order_by(awaited_refs.c.inbox_id)
)
_KNOWN = (
    sa.select(awaited_refs.c.inbox_id)
    .join(message_refs, message_refs.c.external_id == awaited_refs.c.external_id)
    .where(
        ~sa.exists().where(
            events.c.inbox_id == awaited_refs.c.inbox_id,
            events.c.kind + "" == EventKind.MESSAGE_REPLAYED,  # by the row: SQLite would go through all of that kind
            events.c.actor + "" == sa.bindparam("actor"),
        )
    )
    .distinct()
    .order_by(awaited_refs.c.inbox_id)
    .limit(sa.bindparam("limit"))
)
_FORGET = sa.delete(awaited_refs).where(awaited_refs.c.inbox_id == sa.bindparam("row_id"))


def add_ours(
    connection: sa.Connection,
    case: sa.Row[Any],
    received: Received,
    journal: Journal,
    *,
    agent: str | None,
    side: Side,
    answers: int | None,
    replied_at: datetime | None,
) -> sa.Row[Any]:
    """Write what one of us (None: cannot be told who) sent or said; return its row. `answers` is the newest customer's message that
    the author had seen. `replied_at` is for what ends no turn and is a reply all the same."""
    row, message = received.row, received.message
    values = {
        "conversation_id": case.id,
        "assignment_number": case.assignment_number,
        "direction": Direction.OUT,
        "inbox_id": row.id,
        "agent": agent,
        "side": side,
        "outcome": message.call_outcome,
        "answers": answers,
        "external_id": message.external_id,
        "medium": message.medium,
        "from_address": message.author.address,
        "from_name": message.author.name,
        "recipients": [party.address for party in message.to] or [message.customer.address],
        "cc": [party.address for party in message.cc],
        "subject": message.subject,
        "text": message.text,
        "reply_text": message.reply_text,
        "sent_at": message.sent_at,
        "received_at": row.received_at,
        "pulled_at": row.pulled_at,
        "routed_at": journal.now,
        "replied_at": replied_at,
    }
    made = connection.execute(_ADD, values).one()
    write_attachments(connection, made.id, message.attachments, received.kept)
    put_files(connection, made.id, row.channel, message.files, now=journal.now, first_position=len(message.attachments))
    connection.execute(_FORGET, {"row_id": row.id})
    return made


def await_refs(connection: sa.Connection, row_id: int, ids: Sequence[str | None]) -> None:
    """No case knows any of these ids yet: when one does, the ledger row is looked at again. A repeat adds nothing."""
    rows = [{"external_id": external_id, "inbox_id": row_id} for external_id in dict.fromkeys(ids) if external_id]
    if rows:
        note_added(connection, "awaited", [str(row["external_id"]) for row in rows])
        connection.execute(_AWAIT[connection.dialect.name], rows)


def ask_awaited_ahead(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Look once for all that a batch will tell `wake_awaiting`: hardly any is awaited."""
    note_found(connection, "awaited", ids, connection.scalars(_AWAITED_IDS, {"ids": list(ids)}).all())


def wake_awaiting(connection: sa.Connection, ids: Sequence[str | None], journal: Journal) -> list[int]:
    """A case knows these ids now: rows that waited for one of them are pending again (the sweeper brings them) and wait no more.
    Returns which."""
    wanted = [external_id for external_id in dict.fromkeys(ids) if external_id]
    if not wanted or is_absent(connection, "awaited", wanted):
        return []
    return [
        int(row_id)
        for row_id in connection.scalars(_AWAITED, {"ids": wanted}).all()
        if wake_row(connection, row_id, journal)
    ]


def wake_row(connection: sa.Connection, row_id: int, journal: Journal) -> bool:
    """The ledger row waits no more, and is pending again if it stood aside; whether it did."""
    is_woken = reopen_row(connection, row_id, states=(InboxState.SCREENED,), released_by=None)
    if is_woken:
        journal.add(EventKind.MESSAGE_REPLAYED, inbox_id=row_id, data={"why": "a case knows it now"})
    connection.execute(_FORGET, {"row_id": row_id})
    return is_woken


def known_by_now(connection: sa.Connection, *, actor: str, limit: int) -> list[int]:
    """Rows that wait for an id which a case knows, and that this actor has never woken."""
    return [int(row_id) for row_id in connection.scalars(_KNOWN, {"actor": actor, "limit": limit})]
