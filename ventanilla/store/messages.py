"""Messages of cases: writing down what a customer sent, with its files, and finding the cases that know a message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Attachment, Message, Party, RemoteFile
from ventanilla.store.events import Journal
from ventanilla.store.files import put_files
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.later import later
from ventanilla.store.once import is_absent, note_added, note_found
from ventanilla.store.reserved import take_id
from ventanilla.store.tables import attachments, conversations, message_refs, messages, outbox, participants
from ventanilla.words import Direction, EventKind

MERE_THANKS = "mere thanks: opens no turn"
"""How a message was matched that says thank you and nothing else, in its event."""
_ADD_MESSAGE = sa.insert(messages).returning(messages.c.id)
_ADD_MESSAGE_AS = sa.insert(messages)
_ADD_ATTACHMENTS = sa.insert(attachments)
_MOST_WISHES, _MOST_REFS = 10, 50
_ADD_REFS = insert_ignoring(message_refs)
_ADD_PARTICIPANTS = insert_ignoring(participants)
_WITH_REFS = sa.select(message_refs.c.external_id, message_refs.c.conversation_id).where(
    message_refs.c.external_id.in_(sa.bindparam("ids", expanding=True))
)
ON_ACCOUNT = (conversations.c.channel == sa.bindparam("channel")) & (conversations.c.account == sa.bindparam("account"))
_CHAT_MESSAGES = (
    sa.select(messages.c.external_id, messages.c.conversation_id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.external_id.in_(sa.bindparam("ids", expanding=True)), ON_ACCOUNT)
)
_CHAT_LETTERS = (
    sa.select(outbox.c.external_id, outbox.c.conversation_id)
    .join(conversations, conversations.c.id == outbox.c.conversation_id)
    .where(outbox.c.external_id.in_(sa.bindparam("ids", expanding=True)), outbox.c.via == sa.bindparam("channel"))
    .where(ON_ACCOUNT)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a ledger row brought: its row, what was read in it, and the hashes of its attachments, which are kept by now."""

    row: sa.Row[Any]
    message: Message
    kept: Sequence[str] = ()


def add_inbound(
    connection: sa.Connection,
    case: sa.Row[Any],
    received: Received,
    journal: Journal,
    *,
    participants_of: Sequence[Party],
    how: str,
) -> int:
    """Write what a customer sent under the case's open assignment; return its id.

    `participants_of` may continue the case from now on; `how` says how it was matched. Files that lie at the provider are
    noted beside the attachments.
    """
    row, message = received.row, received.message
    message_id = write_message(connection, case, received, journal.now, files=message.files)
    if not message.conversational:  # a chat's ids are found among its own account's messages
        remember_refs(connection, case.id, (message.external_id, *message.in_reply_to, *message.references))
    _add_participants(connection, case.id, participants_of)
    note_message(journal, EventKind.MESSAGE_RECEIVED, case, row, message_id, {"how": how})
    return message_id


def remember_refs(connection: sa.Connection, case_id: int, ids: Sequence[str | None], *, own: bool = False) -> None:
    """Every Message-ID and reference that a case has seen leads back to it, in whatever order mails arrive."""
    rows = [
        {"external_id": external_id, "conversation_id": case_id, "own": own}
        for external_id in dict.fromkeys(ids)
        if external_id
    ]
    if rows:
        note_added(connection, "refs", [str(row["external_id"]) for row in rows])
        later(connection, _ADD_REFS[connection.dialect.name], rows)


def cases_with_refs(connection: sa.Connection, ids: Sequence[str]) -> list[int]:
    """Ids of cases that have seen one of these Message-IDs; the one that saw the latest-named id first."""
    if not ids or is_absent(connection, "refs", ids):
        return []
    return _ranked(connection.execute(_WITH_REFS, {"ids": list(ids)}).all(), ids)


def ask_refs_ahead(connection: sa.Connection, ids: Sequence[str]) -> None:
    """Look once for all that a batch will ask `cases_with_refs` for: most ids are new."""
    rows = connection.execute(_WITH_REFS, {"ids": list(ids)})
    note_found(connection, "refs", ids, [row.external_id for row in rows])


def cases_with_chat_messages(connection: sa.Connection, ids: Sequence[str], *, channel: str, account: str) -> list[int]:
    """Ids of cases of this account in which a message, theirs or ours, goes by one of these ids at the provider."""
    if not ids:
        return []
    facts = {"ids": list(ids), "channel": channel, "account": account}
    theirs = connection.execute(_CHAT_MESSAGES, facts).all()
    return _ranked([*theirs, *connection.execute(_CHAT_LETTERS, facts)], ids)


def _ranked(rows: Sequence[Any], ids: Sequence[str]) -> list[int]:
    rank = {external_id: position for position, external_id in enumerate(ids)}
    found = sorted(rows, key=lambda row: (rank[row.external_id], -row.conversation_id))
    return list(dict.fromkeys(row.conversation_id for row in found))


def write_message(
    connection: sa.Connection,
    case: sa.Row[Any],
    received: Received,
    now: datetime,
    *,
    files: Sequence[RemoteFile],
    edits: int | None = None,
) -> int:
    """The message's row and those of its files, and no more; returns its id. `files` still lie at the provider."""
    row, message = received.row, received.message
    values = {
        "conversation_id": case.id,
        "assignment_number": case.assignment_number,
        "direction": Direction.IN,
        "inbox_id": row.id,
        "external_id": message.external_id,
        "edits": edits,
        "medium": message.medium,
        "from_address": message.customer.address,
        "from_name": message.customer.name,
        "recipients": [party.address for party in message.to],
        "cc": [party.address for party in message.cc],
        "subject": message.subject,
        "text": message.text,
        "reply_text": message.reply_text,
        "reply_to": _wish(message),
        "refs": _thread(message),
        "has_html": message.html is not None,
        "sent_at": message.sent_at,
        "received_at": row.received_at,
        "pulled_at": row.pulled_at,
        "routed_at": now,
    }
    message_id = take_id(connection, messages)
    if message_id is not None:
        later(connection, _ADD_MESSAGE_AS, [{"id": message_id, **values}])
    else:
        message_id = int(connection.execute(_ADD_MESSAGE, values).scalar_one())
    write_attachments(connection, message_id, message.attachments, received.kept)
    put_files(connection, message_id, row.channel, files, now=now, first_position=len(received.kept))
    return message_id


def _wish(message: Message) -> list[str]:
    """Where an answer is wanted: Reply-To, where it is the customer's own and not a form's or a forwarder's."""
    behind_another = message.customer.address != message.author.address
    return [] if behind_another else [party.address for party in message.reply_to][:_MOST_WISHES]


def _thread(message: Message) -> list[str]:
    """What a mail refers to, oldest first; of a very long thread both ends."""
    named = list(message.references) or list(message.in_reply_to)
    return named if len(named) <= _MOST_REFS else [named[0], *named[1 - _MOST_REFS :]]


def write_attachments(
    connection: sa.Connection, message_id: int, files: Sequence[Attachment], kept: Sequence[str]
) -> None:
    """Note which files a message has, in order; their contents are kept under these hashes by now."""
    rows = [
        {
            "message_id": message_id,
            "position": position,
            "filename": attachment.filename,
            "content_type": attachment.content_type,
            "size": attachment.size,
            "sha256": digest,
            "inline": attachment.inline,
            "content_id": attachment.content_id,
        }
        for position, (attachment, digest) in enumerate(zip(files, kept, strict=True))
    ]
    later(connection, _ADD_ATTACHMENTS, rows)


def _add_participants(connection: sa.Connection, case_id: int, parties: Sequence[Party]) -> None:
    rows = [{"conversation_id": case_id, "kind": party.kind, "value": party.address} for party in parties]
    later(connection, _ADD_PARTICIPANTS[connection.dialect.name], rows)


def note_message(
    journal: Journal, kind: EventKind, case: sa.Row[Any], row: sa.Row[Any], message_id: int, data: dict[str, Any]
) -> None:
    """Note what happened to a message, at the time when it was received."""
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "message_id": message_id}
    journal.add(kind, at=row.received_at, channel=row.channel, inbox_id=row.id, data=data, **ids)
