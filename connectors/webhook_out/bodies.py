"""What an outbound webhook is sent: one event and how its case stands now. Reads the store; the words are nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations, events, messages, outbox
from ventanilla.webhook_types import TEST, type_of
from ventanilla.words import Direction

_MOST_TEXT = 100_000
_EVENT = sa.select(events).where(events.c.id == sa.bindparam("event"))
_CASE = sa.select(conversations).where(conversations.c.id == sa.bindparam("case"))
_FIRST = (
    sa.select(messages.c.id)
    .where(messages.c.conversation_id == sa.bindparam("case"), messages.c.direction == Direction.IN)
    .order_by(messages.c.id)
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`id` is the same whenever this is sent; `body` becomes its JSON."""

    id: str
    body: Mapping[str, Any]


def call_of(
    connection: sa.Connection, row_id: int, *, instance: str, public_url: str, content: bool, now: datetime
) -> Call:
    """What a row of the outbox stands for."""
    payload, created_at = connection.execute(
        sa.select(outbox.c.payload, outbox.c.created_at).where(outbox.c.id == row_id)
    ).one()
    if payload.get("event") is None:
        body = {"type": TEST, "timestamp": spoken(created_at), "data": {"instance": instance, "sent_at": spoken(now)}}
        return Call(id=f"test_{instance}_{row_id}", body=body)
    event = connection.execute(_EVENT, {"event": payload["event"]}).one()
    case = connection.execute(_CASE, {"case": event.conversation_id}).one()
    about = {"number": event.id, "agent": event.agent, "message_id": event.message_id}
    data: dict[str, Any] = {"case": _case(connection, case, public_url), "event": about}
    told = type_of(event.kind, event.data) or event.kind
    if told.startswith("promise."):
        names = ("metric", "due_at")
        data["promise"] = {"name": event.data.get("promise"), **{name: event.data.get(name) for name in names}}
    if content:
        data["content"] = _content(connection, case, event, told)
    body = {"type": told, "timestamp": spoken(event.at), "data": data}
    return Call(id=f"evt_{instance}_{event.id}", body=body)


def spoken(moment: datetime | None) -> str | None:
    """A moment as it is written in JSON: UTC, to the second."""
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _case(connection: sa.Connection, case: sa.Row[Any], public_url: str) -> dict[str, Any]:
    into = sa.select(conversations.c.key).where(conversations.c.id == case.merged_into)
    return {
        "id": case.id,
        "key": case.key,
        "channel": case.channel,
        "team": case.team,
        "owner": case.owner,
        "state": case.state,
        "kind": case.kind,
        "priority": case.priority,
        "tags": list(case.tags),
        "created_at": spoken(case.created_at),
        "waiting_since": spoken(case.waiting_since),
        "due_at": spoken(case.due_at),
        "merged_into": None if case.merged_into is None else connection.scalar(into),
        "url": f"{public_url}/cases/{case.key}" if public_url else None,
    }


def _content(connection: sa.Connection, case: sa.Row[Any], event: sa.Row[Any], told: str) -> dict[str, str]:
    """Subject and, where the event is about a message, its words: of a case that began those it began with."""
    number = event.message_id
    if told == "case.created" and number is None:
        number = connection.scalar(_FIRST, {"case": case.id})
    row = connection.execute(
        sa.select(messages.c.subject, messages.c.reply_text, messages.c.text).where(messages.c.id == number)
    ).one_or_none()
    if row is None:
        return {"subject": case.subject}
    return {"subject": row.subject or case.subject, "text": (row.reply_text or row.text)[:_MOST_TEXT]}
