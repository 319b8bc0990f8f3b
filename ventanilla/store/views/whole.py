"""One case whole: its messages, every assignment, every event, what went out. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import events_of
from ventanilla.store.notes import notes_of
from ventanilla.store.tables import assignments, collaborators, conversation_links, conversations, outbox
from ventanilla.store.views.cases import case_document
from ventanilla.store.views.clocks import clocks_of
from ventanilla.store.views.contacts import customer_of
from ventanilla.store.views.messages import messages_of
from ventanilla.words import OutboxKind

_EVENT_IDS = ("channel", "assignment_number", "message_id", "inbox_id", "outbox_id", "agent")


def whole_case(connection: sa.Connection, case: sa.Row[Any], blobs: Path) -> dict[str, Any]:
    """A case (a row of `case_rows`) as `show --json` prints it: that of `conversations --json`, and all that is in it and in what
    was merged into it."""
    family = family_of(connection, case)
    return case_document(case) | {
        "promise": case.promise,
        "language": case.language,
        "pinned": bool(case.pinned),
        "merged_into": _key_of(connection, case.merged_into),
        "customer": customer_of(connection, case),
        "former_keys": [key for case_id, key in family.items() if case_id != case.id],
        "origin": case.origin,
        "first_response_at": case.first_response_at,
        "resolution": case.resolution,
        "closed_at": case.closed_at,
        "wait_until": case.wait_until,
        "messages": messages_of(connection, family, blobs),
        "notes": _notes(connection, family),
        "collaborators": collaborators_of(connection, case.id),
        "assignments": assignments_of(connection, case.id),
        "events": [event_document(row) for row in events_of(connection, case.id)],
        "clocks": clocks_of(connection, case.id),
        "links": links_of(connection, case.id),
        "sent": letters_of(connection, *family),
    }


def family_of(connection: sa.Connection, case: sa.Row[Any]) -> dict[int, str]:
    """The case and every case that was merged into it: keys by id, the case itself first."""
    merged = sa.select(conversations.c.id, conversations.c.key).where(conversations.c.merged_into == case.id)
    rows = connection.execute(merged.order_by(conversations.c.id))
    return {case.id: case.key} | {row.id: row.key for row in rows}


def collaborators_of(connection: sa.Connection, case_id: int) -> list[dict[str, Any]]:
    """Who works on a case beside its owner, who added them, and when."""
    query = sa.select(collaborators).where(collaborators.c.conversation_id == case_id)
    rows = connection.execute(query.order_by(collaborators.c.added_at, collaborators.c.agent))
    return [{"agent": row.agent, "added_by": row.added_by, "added_at": row.added_at} for row in rows]


def _notes(connection: sa.Connection, family: Mapping[int, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": row.id,
            "agent": row.agent,
            "side": row.side,
            "text": row.text,
            "created_at": row.created_at,
            "case": family[row.conversation_id],
        }
        for row in notes_of(connection, list(family))
    ]


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
            "accept_by": row.accept_by,
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


def letters_of(connection: sa.Connection, *case_ids: int) -> list[dict[str, Any]]:
    """What went out, or is to go out, on behalf of these cases: notices, receipts, replies; in order."""
    query = sa.select(outbox).where(outbox.c.conversation_id.in_(case_ids)).order_by(outbox.c.id)
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


def event_document(row: sa.Row[Any]) -> dict[str, Any]:
    """One event of the log as `show --json` has it."""
    told = {"id": row.id, "at": row.at, "recorded_at": row.recorded_at, "kind": row.kind, "actor": row.actor}
    ids = {name: getattr(row, name) for name in _EVENT_IDS if getattr(row, name) is not None}
    return told | ids | {"data": row.data}


def _key_of(connection: sa.Connection, case_id: int | None) -> str | None:
    if case_id is None:
        return None
    return connection.scalar(sa.select(conversations.c.key).where(conversations.c.id == case_id))
