"""One case whole: every message with where its bytes are, every assignment, every event. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.events import events_of
from ventanilla.store.tables import assignments, conversation_links, conversations, inbox, messages, outbox
from ventanilla.store.views.cases import case_document
from ventanilla.store.views.contacts import customer_of
from ventanilla.store.views.files import attachments_of
from ventanilla.words import OutboxKind

_EVENT_IDS = ("channel", "assignment_number", "message_id", "inbox_id", "outbox_id", "agent")


def whole_case(connection: sa.Connection, case: sa.Row[Any], blobs: Path) -> dict[str, Any]:
    """A case (a row of `case_rows`) as `show --json` prints it: that of `conversations --json`, and all that is in it."""
    owners = assignments_of(connection, case.id)
    return case_document(case) | {
        "promise": case.promise,
        "language": case.language,
        "pinned": bool(case.pinned),
        "merged_into": _key_of(connection, case.merged_into),
        "customer": customer_of(connection, case),
        "messages": _messages(connection, case.id, owners, blobs),
        "assignments": owners,
        "events": [_event(row) for row in events_of(connection, case.id)],
        "links": links_of(connection, case.id),
        "sent": letters_of(connection, case.id),
    }


def assignments_of(connection: sa.Connection, case_id: int) -> list[dict[str, Any]]:
    """Who was responsible, from when to when, and why; in order."""
    query = sa.select(assignments).where(assignments.c.conversation_id == case_id).order_by(assignments.c.number)
    return [
        {
            "number": row.number,
            "agent": row.agent,
            "assigned_at": row.assigned_at,
            "released_at": row.released_at,
            "reason": row.reason,
            "release_reason": row.release_reason,
            "actor": row.actor,
            "config_version": row.config_version,
            "notified_at": row.notified_at,
            "accepted_at": row.accepted_at,
            "decision": row.decision,
        }
        for row in connection.execute(query)
    ]


def links_of(connection: sa.Connection, case_id: int) -> list[dict[str, Any]]:
    """Cases that have to do with this one, in either direction."""
    there = sa.select(conversation_links.c.other_id.label("id"), conversation_links.c.reason).where(
        conversation_links.c.conversation_id == case_id
    )
    back = sa.select(conversation_links.c.conversation_id.label("id"), conversation_links.c.reason).where(
        conversation_links.c.other_id == case_id
    )
    both = sa.union_all(there, back).subquery()
    query = sa.select(conversations.c.key, both.c.reason).join(both, both.c.id == conversations.c.id)
    return [{"key": row.key, "reason": row.reason} for row in connection.execute(query.order_by(conversations.c.id))]


def letters_of(connection: sa.Connection, case_id: int) -> list[dict[str, Any]]:
    """What went out, or is to go out, on behalf of a case: notices, receipts, replies; in order."""
    query = sa.select(outbox).where(outbox.c.conversation_id == case_id).order_by(outbox.c.id)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "state": row.state,
            "reason": row.reason,
            "via": row.via,
            "recipient": row.recipient,
            "agent": row.agent,
            "assignment_number": row.assignment_number,
            "attempts": row.attempts,
            "created_at": row.created_at,
            "sent_at": row.sent_at,
            "delivered_at": row.delivered_at,
        }
        for row in connection.execute(query)
    ]


def receipt_of(letters: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The acknowledgement among a case's letters, if one was written."""
    return next((letter for letter in letters if letter["kind"] == OutboxKind.ACKNOWLEDGEMENT), None)


def _messages(
    connection: sa.Connection, case_id: int, owners: list[dict[str, Any]], blobs: Path
) -> list[dict[str, Any]]:
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
    return [_message(row, agents, files.get(row.id, []), blobs) for row in rows]


def _message(row: Any, agents: Mapping[int, str], files: list[dict[str, Any]], blobs: Path) -> dict[str, Any]:
    return {
        "id": row.id,
        "external_id": row.external_id,
        "direction": row.direction,
        "from_address": row.from_address,
        "from_name": row.from_name,
        "to": row.recipients,
        "cc": row.cc,
        "subject": row.subject,
        "sent_at": row.sent_at,
        "received_at": row.received_at,
        "pulled_at": row.pulled_at,
        "routed_at": row.routed_at,
        "replied_at": row.replied_at,
        "text": row.text,
        "reply_text": row.reply_text,
        "owner": agents.get(row.assignment_number),
        "author": row.agent,
        "automatic": bool(row.automatic),
        "delivery": row.delivery,
        "delivery_reason": row.delivery_reason,
        "delivered_at": row.delivered_at,
        "attachments": files,
        "raw": _raw(row, blobs),
    }


def _raw(row: Any, blobs: Path) -> dict[str, Any] | None:
    """Where the original is: in the inbox row, or in a file."""
    if row.inbox_id is None:
        return None
    path = blob_path(blobs, row.raw_blob) if row.raw_blob else None
    present = path.exists() if path else bool(row.raw_in_row)
    return {"inbox_id": row.inbox_id, "size": row.raw_size, "path": path, "present": present}


def _event(row: sa.Row[Any]) -> dict[str, Any]:
    told = {"id": row.id, "at": row.at, "recorded_at": row.recorded_at, "kind": row.kind, "actor": row.actor}
    ids = {name: getattr(row, name) for name in _EVENT_IDS if getattr(row, name) is not None}
    return told | ids | {"data": row.data}


def _key_of(connection: sa.Connection, case_id: int | None) -> str | None:
    if case_id is None:
        return None
    return connection.scalar(sa.select(conversations.c.key).where(conversations.c.id == case_id))
