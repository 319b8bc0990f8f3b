"""What a row of the outbox becomes when its time has come: with the recordings it carries and the messages it rewrites or answers.

Reads the store and the blobs; knows no vendor and sends nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from connectors.letter_files import are_files_pending, files_for, files_of_ours
from ventanilla.channel import Attachment, Outgoing
from ventanilla.store.blobs import get_blob
from ventanilla.store.engine import Store
from ventanilla.store.outbox import MAYBE_SENT, Letter, taken_ids
from ventanilla.store.tables import attachments, outbox, remote_files
from ventanilla.words import DeliveryState, FileState, OutboxKind

PATIENCE = timedelta(minutes=2)
"""How long a notice waits for its recording; then it goes without, and the recording follows when it is there."""
LOOK_AGAIN, LOOK_LATER = timedelta(seconds=2), timedelta(minutes=1)
CLOCKS_APART = timedelta(minutes=2)
"""How far our clock and a provider's may differ."""
HEAVIEST = 15_000_000
"""Bytes of recordings that one letter carries at most; mail servers take little more."""
_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_ASKS = ("edits_row", "answers_row", "after_row", "audio_of", "files_of", "files")


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """Look again then: what it carries, rewrites or answers is not there yet. That is no failed attempt."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moot:
    """It will never be worth sending, and why."""

    reason: str


def asks_for_more(payload: Mapping[str, Any]) -> bool:
    """Whether a row stands for more than its own words."""
    return any(name in payload for name in _ASKS)


def readiness(connection: sa.Connection, row: sa.Row[Any], *, now: datetime) -> NotYet | Moot | None:
    """Why a row should not go out now; None when it may."""
    payload = row.payload
    for name in ("edits_row", "answers_row"):
        if name in payload:
            first = connection.execute(sa.select(outbox).where(outbox.c.id == payload[name])).one_or_none()
            if first is None or first.state in (DeliveryState.FAILED, DeliveryState.DROPPED):
                return Moot(reason="what it goes with never went out")
            if first.state in _UNDER_WAY:
                return NotYet(at=max(now + LOOK_AGAIN, first.not_before))
            if name == "edits_row" and first.external_id is None:
                return Moot(reason="what it rewrites cannot be told apart any more")
    if "after_row" in payload and _is_under_way(connection, payload["after_row"]):
        return NotYet(at=now + LOOK_AGAIN)
    if "files_of" in payload and are_files_pending(connection, payload["files_of"]):
        return NotYet(at=now + LOOK_AGAIN)
    if "audio_of" not in payload:
        return None
    return _audio_readiness(connection, row, now)


def outgoing(row: sa.Row[Any]) -> Outgoing:
    """The message that an outbox row stands for by itself; a repeat carries the same Message-ID."""
    payload = row.payload
    return Outgoing(
        id=row.id,
        recipient=row.recipient,
        recipient_name=payload.get("recipient_name", ""),
        subject=payload.get("subject", ""),
        text=payload.get("text", ""),
        html=payload.get("html"),
        message_id=row.message_id,
        in_reply_to=payload.get("in_reply_to"),
        references=tuple(payload.get("references", ())),
        reply_to=payload.get("reply_to"),
        from_name=payload.get("from_name", ""),
        automatic=row.kind != OutboxKind.REPLY,
        headers=dict(payload.get("headers", {})),
        account=payload.get("account", ""),
        cc=tuple(payload.get("cc", ())),
        edits=payload.get("edits"),
        buttons=tuple(tuple((label, data) for label, data in line) for line in payload.get("buttons", ())),
        template=payload.get("template"),
        template_values=dict(payload.get("template_values", {})),
        silent=bool(payload.get("silent", False)),
        tried_at=row.tried_at,
        parts=tuple(row.parts or ()),
    )


def outgoing_whole(store: Store, row: sa.Row[Any]) -> Outgoing:
    """The same with what it asks for: the provider's ids of rows it rewrites or answers, recordings, or word that they follow; for
    one that may have gone out, the ids that it cannot have gone out under. Raises Temporary, OSError (a file is not there)."""
    plain, payload = outgoing(row), row.payload
    if payload.get(MAYBE_SENT) and row.tried_at is not None:
        with store.read() as connection:
            plain = replace(plain, taken=taken_ids(connection, row, since=row.tried_at - CLOCKS_APART))
    if not asks_for_more(payload):
        return plain
    with store.read() as connection:
        edits = _sent_as(connection, payload.get("edits_row"))
        answered = _sent_as(connection, payload.get("answers_row"))
        spoken = payload.get("audio_of", ())
        carried = _recordings(connection, store, spoken) + files_for(connection, store, payload.get("files_of"))
        waits = is_audio_pending(connection, spoken)
    carried += files_of_ours(store, payload.get("files", ()))
    text = plain.text
    if waits and not payload.get("only_with_audio") and "audio_later" in payload:
        text = f"{text.rstrip()}\n\n{payload['audio_later']}\n"
    answers = answered or plain.in_reply_to
    references = (*plain.references, answered) if answered else plain.references
    return replace(
        plain, text=text, edits=edits or plain.edits, in_reply_to=answers, references=references, attachments=carried
    )


def follow_up(connection: sa.Connection, row: sa.Row[Any]) -> Letter | None:
    """What brings the recording that a notice went out without, as an answer to it; None where nothing is missing."""
    payload = row.payload
    spoken = payload.get("audio_of", ())
    if payload.get("only_with_audio") or not is_audio_pending(connection, spoken):
        return None
    subject = payload.get("subject", "")
    return Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"audio:{row.id}",
        via=row.via,
        recipient=row.recipient,
        payload={
            "subject": f"Re: {subject}" if subject else "",
            "text": payload.get("audio", ""),
            "headers": dict(payload.get("headers", {})),
            "answers_row": row.id,
            "audio_of": list(spoken),
            "only_with_audio": True,
        },
        agent=row.agent,
        conversation_id=row.conversation_id,
        assignment_number=row.assignment_number,
    )


def _is_under_way(connection: sa.Connection, row_id: int) -> bool:
    """Whether what goes out before it has not gone yet; it may still be held, and then both wait."""
    return connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row_id)) in _UNDER_WAY


def is_audio_pending(connection: sa.Connection, messages: Sequence[int]) -> bool:
    """Whether a recording of these messages still lies at its provider and is being fetched."""
    if not messages:
        return False
    waits = remote_files.c.message_id.in_(messages) & (remote_files.c.state == FileState.PENDING)
    return connection.execute(sa.select(remote_files.c.id).where(waits).limit(1)).first() is not None


def _audio_readiness(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> NotYet | Moot | None:
    spoken = row.payload["audio_of"]
    if is_audio_pending(connection, spoken):
        young = now - row.created_at < PATIENCE
        if young or row.payload.get("only_with_audio"):
            return NotYet(at=now + (LOOK_AGAIN if young else LOOK_LATER))
        return None
    if row.payload.get("only_with_audio") and not _known(connection, spoken):
        return Moot(reason="the recording could not be had")
    return None


def _known(connection: sa.Connection, messages: Sequence[int]) -> list[sa.Row[Any]]:
    query = sa.select(attachments).where(
        attachments.c.message_id.in_(messages), attachments.c.content_type.startswith("audio/")
    )
    return list(connection.execute(query.order_by(attachments.c.message_id, attachments.c.position)))


def _recordings(connection: sa.Connection, store: Store, messages: Sequence[int]) -> tuple[Attachment, ...]:
    carried: list[Attachment] = []
    weight = 0
    for row in _known(connection, messages) if messages else ():
        weight += row.size
        if weight <= HEAVIEST:
            content = get_blob(store.blobs, row.sha256)
            carried.append(Attachment(filename=row.filename, content_type=row.content_type, content=content))
    return tuple(carried)


def _sent_as(connection: sa.Connection, row_id: int | None) -> str | None:
    if row_id is None:
        return None
    return connection.scalar(sa.select(outbox.c.external_id).where(outbox.c.id == row_id))
