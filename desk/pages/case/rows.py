"""What the page of a case asks the store for beside `whole_case`: how far each answer has come, files, automatic texts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import attachments, conversations, messages, outbox, remote_files
from ventanilla.words import DeliveryState, FileState, OutboxKind

_SHOWN_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_TO_COME = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_FIRST = sa.func.coalesce(messages.c.edits, messages.c.id).label("first_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file of a message. `id` is what its address ends with; `state` is `fetched` for what we hold; `sort` how it is shown."""

    id: str
    filename: str
    content_type: str
    size: int | None
    state: str
    reason: str | None
    inline: bool

    @property
    def sort(self) -> str:
        if self.state != FileState.FETCHED:
            return "missing"
        if self.content_type in _SHOWN_IMAGES:
            return "image"
        kind = self.content_type.partition("/")[0]
        return kind if kind in ("audio", "video") else "file"


def files_of(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, list[File]]:
    """The files of every message of these cases, by the id of the message's first version, in the order in which they came."""
    kept = sa.select(attachments, _FIRST).join(messages, messages.c.id == attachments.c.message_id)
    missing = sa.select(remote_files, _FIRST).join(messages, messages.c.id == remote_files.c.message_id)
    missing = missing.where(remote_files.c.state != FileState.FETCHED)
    here = messages.c.conversation_id.in_(case_ids)
    rows = [(row, _kept(row)) for row in connection.execute(kept.where(here))]
    rows += [(row, _missing(row)) for row in connection.execute(missing.where(here))]
    found: dict[int, list[File]] = {}
    for row, file in sorted(rows, key=lambda one: (one[0].message_id, one[0].position)):
        found.setdefault(row.first_id, []).append(file)
    return found


def kept_file(connection: sa.Connection, case_ids: Sequence[int], file_id: str) -> sa.Row[Any] | None:
    """The row of a file that we hold, of a message of these cases; None for any other id."""
    message, dash, position = file_id.partition("-")
    if not (dash and message.isdecimal() and position.isdecimal()) or len(message) > 18 or len(position) > 9:
        return None
    query = sa.select(attachments).join(messages, messages.c.id == attachments.c.message_id)
    this = (attachments.c.message_id == int(message)) & (attachments.c.position == int(position))
    return connection.execute(query.where(this, messages.c.conversation_id.in_(case_ids))).one_or_none()


def files_of_message(connection: sa.Connection, message_id: int) -> Sequence[sa.Row[Any]]:
    """The rows of the files that went with one message."""
    query = sa.select(attachments).where(attachments.c.message_id == message_id).order_by(attachments.c.position)
    return connection.execute(query).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a message of ours stands on its way out. `goes_out_at` is the earliest moment; `then` what follows once it is out."""

    outbox_id: int
    goes_out_at: datetime
    sent_at: datetime | None
    recipient: str
    then: str = ""


def progress_of(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, Progress]:
    """By message."""
    query = sa.select(
        messages.c.id.label("message"), outbox.c.id, outbox.c.not_before, outbox.c.sent_at, outbox.c.recipient
    ).join(outbox, outbox.c.id == messages.c.outbox_id)
    rows = connection.execute(query.where(messages.c.conversation_id.in_(case_ids))).all()
    to_come = sa.select(outbox.c.id, outbox.c.payload).where(outbox.c.conversation_id.in_(case_ids))
    to_come = to_come.where(outbox.c.kind == OutboxKind.REPLY, outbox.c.state.in_(_TO_COME))
    then = {row.id: row.payload.get("then", "") for row in connection.execute(to_come)}
    return {
        row.message: Progress(
            outbox_id=row.id,
            goes_out_at=row.not_before,
            sent_at=row.sent_at,
            recipient=row.recipient,
            then=then.get(row.id, ""),
        )
        for row in rows
    }


def with_html(connection: sa.Connection, case_ids: Sequence[int]) -> set[int]:
    """The messages that came with a page of their own (HTML) beside the text, each under the id of its first version."""
    query = sa.select(_FIRST).where(messages.c.conversation_id.in_(case_ids), messages.c.has_html)
    return set(connection.scalars(query))


def automatic_texts(connection: sa.Connection, case_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What we said of these cases by ourselves: receipts and announcements, in order, with their text."""
    query = sa.select(outbox).where(outbox.c.conversation_id.in_(case_ids))
    query = query.where(outbox.c.kind.in_((OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC))).order_by(outbox.c.id)
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "state": row.state,
            "reason": row.reason,
            "via": row.via,
            "recipient": row.recipient,
            "at": row.sent_at or row.created_at,
            "delivered_at": row.delivered_at,
            "subject": row.payload.get("subject", ""),
            "text": row.payload.get("text", ""),
            "template": row.payload.get("template", ""),
        }
        for row in connection.execute(query)
    ]


def keys_of(connection: sa.Connection, events: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """The keys of the cases that events name by their numbers: merged, split off, linked."""
    named = (event["data"].get(field) for event in events for field in ("absorbed", "back", "to", "other"))
    ids = sorted({each for each in named if isinstance(each, int)})
    if not ids:
        return {}
    rows = connection.execute(sa.select(conversations.c.id, conversations.c.key).where(conversations.c.id.in_(ids)))
    return {row.id: row.key for row in rows}


def _kept(row: sa.Row[Any]) -> File:
    return File(
        id=f"{row.message_id}-{row.position}",
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        state=FileState.FETCHED,
        reason=None,
        inline=bool(row.inline),
    )


def _missing(row: sa.Row[Any]) -> File:
    return File(
        id=f"{row.message_id}-{row.position}",
        filename=row.filename,
        content_type=row.content_type,
        size=row.size,
        state=row.state,
        reason=row.reason,
        inline=False,
    )
