"""The messages of a case as people read them: each once, with its newest text, and where its bytes are. Reads only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import inbox, messages, outbox
from ventanilla.store.views.files import attachments_of


def messages_of(
    connection: sa.Connection, case_id: int, owners: list[dict[str, Any]], blobs: Path
) -> list[dict[str, Any]]:
    """A case's messages in the order they came, each once: with its newest text, and the older `versions` behind it.

    `owners` are the case's assignments, as `show --json` has them.
    """
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
        .where(messages.c.conversation_id == case_id)
        .order_by(sa.func.coalesce(messages.c.received_at, messages.c.routed_at), messages.c.id)
    )
    rows = connection.execute(query).all()
    files = attachments_of(connection, [row.id for row in rows], blobs)
    agents = {owner["number"]: owner["agent"] for owner in owners}
    changed: dict[int, list[Any]] = {}
    for row in rows:
        changed.setdefault(row.edits or row.id, []).append(row)
    return [_message(row, _in_order(changed[row.id]), agents, files, blobs) for row in rows if row.edits is None]


def _in_order(versions: list[Any]) -> list[Any]:
    """The first version, then the others as they were written: they may have come in another order."""
    return sorted(versions, key=lambda row: (row.edits is not None, row.sent_at or row.received_at, row.id))


def _message(
    row: Any, versions: list[Any], agents: Mapping[int, str], files: Mapping[int, list[dict[str, Any]]], blobs: Path
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
        "owner": agents.get(row.assignment_number),
        "author": row.agent,
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
