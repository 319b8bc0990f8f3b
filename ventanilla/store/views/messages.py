"""The messages of a case as people read them: each once, with its newest text, and where its bytes are. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.messages import MERE_THANKS
from ventanilla.store.tables import assignments, events, inbox, messages, outbox
from ventanilla.store.views.files import attachments_of
from ventanilla.words import EventKind

_WHEN = sa.func.coalesce(messages.c.received_at, messages.c.replied_at, messages.c.sent_at, messages.c.routed_at)


def messages_of(connection: sa.Connection, family: Mapping[int, str], blobs: Path) -> list[dict[str, Any]]:
    """The messages of a case and of what was merged into it (`family`: keys by id) in the order in which they came or went out,
    each once: with its newest text, and the older `versions` behind it. `case` is the key under which it came."""
    query = (
        sa.select(
            messages,
            outbox.c.state.label("delivery"),
            outbox.c.reason.label("delivery_reason"),
            outbox.c.delivered_at,
            inbox.c.raw_blob,
            inbox.c.size.label("raw_size"),
            inbox.c.raw.is_not(None).label("raw_in_row"),
        )
        .outerjoin(outbox, outbox.c.id == messages.c.outbox_id)
        .outerjoin(inbox, inbox.c.id == messages.c.inbox_id)
        .where(messages.c.conversation_id.in_(list(family)))
        .order_by(_WHEN, messages.c.id)
    )
    rows = connection.execute(query).all()
    files = attachments_of(connection, [row.id for row in rows], blobs)
    thanks = _mere_thanks(connection, list(family))
    agents = _owners(connection, list(family))
    changed: dict[int, list[Any]] = {}
    for row in rows:
        changed.setdefault(row.edits or row.id, []).append(row)
    return [
        _message(row, _in_order(changed[row.id]), agents, files, blobs)
        | {"case": family[row.conversation_id], "thanks": row.id in thanks}
        for row in rows
        if row.edits is None
    ]


def _owners(connection: sa.Connection, cases: list[int]) -> dict[tuple[int, int], str]:
    """Who was responsible under which assignment of which case."""
    query = sa.select(assignments.c.conversation_id, assignments.c.number, assignments.c.agent)
    rows = connection.execute(query.where(assignments.c.conversation_id.in_(cases)))
    return {(row.conversation_id, row.number): row.agent for row in rows}


def _mere_thanks(connection: sa.Connection, cases: list[int]) -> set[int]:
    """Ids of the messages that were taken for thanks and nothing else, and so opened no turn."""
    received = sa.select(events.c.message_id, events.c.data).where(
        events.c.conversation_id.in_(cases), events.c.kind == EventKind.MESSAGE_RECEIVED
    )
    return {row.message_id for row in connection.execute(received) if row.data.get("how") == MERE_THANKS}


def _in_order(versions: list[Any]) -> list[Any]:
    """The first version, then the others as they were written: they may have come in another order."""
    return sorted(versions, key=lambda row: (row.edits is not None, row.sent_at or row.received_at, row.id))


def _message(
    row: Any,
    versions: list[Any],
    agents: Mapping[tuple[int, int], str],
    files: Mapping[int, list[dict[str, Any]]],
    blobs: Path,
) -> dict[str, Any]:
    newest = versions[-1]
    return {
        "id": row.id,
        "external_id": row.external_id,
        "direction": row.direction,
        "medium": row.medium,
        "from_address": row.from_address,
        "from_name": row.from_name,
        "to": row.recipients,
        "cc": row.cc,
        "subject": newest.subject,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "pulled_at": row.pulled_at,
        "routed_at": row.routed_at,
        "replied_at": row.replied_at,
        "text": newest.text,
        "reply_text": newest.reply_text,
        "owner": agents.get((row.conversation_id, row.assignment_number)),
        "author": row.agent,
        "agent": row.agent,
        "side": row.side,
        "outcome": row.outcome,
        "answers": row.answers,
        "turn_since": row.turn_since,
        "automatic": bool(row.automatic),
        "delivery": row.delivery,
        "delivery_reason": row.delivery_reason,
        "delivered_at": row.delivered_at,
        "attachments": [file for version in versions for file in files.get(version.id, [])],
        "raw": _raw(row, blobs),
        "edited_at": None if newest is row else newest.sent_at or newest.received_at,
        "versions": [_version(older, blobs) for older in versions[:-1]],
    }


def _version(row: Any, blobs: Path) -> dict[str, Any]:
    """What a message said before it was changed."""
    return {
        "id": row.id,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "text": row.text,
        "reply_text": row.reply_text,
        "raw": _raw(row, blobs),
    }


def _raw(row: Any, blobs: Path) -> dict[str, Any] | None:
    """Where the original is: in the inbox row, or in a file."""
    if row.inbox_id is None:
        return None
    path = blob_path(blobs, row.raw_blob) if row.raw_blob else None
    present = path.exists() if path else bool(row.raw_in_row)
    return {"inbox_id": row.inbox_id, "size": row.raw_size, "path": path, "present": present}
