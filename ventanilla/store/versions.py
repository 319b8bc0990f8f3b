"""Versions of a message: what its author changed afterwards, written beside it in its case, whichever of them comes first."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.channel import RemoteFile
from ventanilla.store.events import Journal
from ventanilla.store.messages import ON_ACCOUNT, Received, note_message, write_message
from ventanilla.store.tables import conversations, inbox, messages, remote_files
from ventanilla.words import Direction, EventKind

_FIRST_VERSION = (
    sa.select(messages, inbox.c.reason.label("kept_as"))
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .join(inbox, inbox.c.id == messages.c.inbox_id)
    .where(messages.c.external_id == sa.bindparam("external_id"), messages.c.edits.is_(None), ON_ACCOUNT)
    .where(messages.c.direction == Direction.IN, messages.c.from_address == sa.bindparam("address"))
    .order_by(messages.c.id)
    .limit(1)
)
_MAKE_VERSIONS = (
    sa.update(messages)
    .where(sa.or_(messages.c.id == sa.bindparam("former"), messages.c.edits == sa.bindparam("former")))
    .values(edits=sa.bindparam("first"))
)
_REFS_OF_FILES = (
    sa.select(remote_files.c.ref)
    .join(messages, messages.c.id == remote_files.c.message_id)
    .where(sa.or_(messages.c.id == sa.bindparam("first"), messages.c.edits == sa.bindparam("first")))
)


def add_version(
    connection: sa.Connection, case: sa.Row[Any], first: sa.Row[Any], received: Received, journal: Journal
) -> int:
    """Write a later version of a message beside it, in the same case; return its id. Files that another version has are not
    fetched again."""
    fresh = _fresh_files(connection, received, first.id)
    message_id = write_message(connection, case, received, journal.now, files=fresh, edits=first.id)
    note_message(journal, EventKind.MESSAGE_EDITED, case, received.row, message_id, {"original": first.id})
    return message_id


def add_late_original(
    connection: sa.Connection, case: sa.Row[Any], version: sa.Row[Any], received: Received, journal: Journal
) -> int:
    """Write the original of a message whose later version came first: the original heads its versions from now on."""
    fresh = _fresh_files(connection, received, version.id)
    message_id = write_message(connection, case, received, journal.now, files=fresh)
    connection.execute(_MAKE_VERSIONS, {"former": version.id, "first": message_id})
    note_message(journal, EventKind.MESSAGE_EDITED, case, received.row, message_id, {"came_first": version.id})
    return message_id


def first_version(
    connection: sa.Connection, external_id: str, *, channel: str, account: str, address: str
) -> sa.Row[Any] | None:
    """The message that somebody sent to this account under this id, with why its ledger row was `kept_as` it is; None if it
    has not come (yet). Of several under one id the oldest row."""
    facts = {"external_id": external_id, "channel": channel, "account": account, "address": address}
    return connection.execute(_FIRST_VERSION, facts).one_or_none()


def _fresh_files(connection: sa.Connection, received: Received, first: int) -> list[RemoteFile]:
    known = list(connection.scalars(_REFS_OF_FILES, {"first": first}))
    return [file for file in received.message.files if not any(_same_file(file.ref, ref) for ref in known)]


def _same_file(one: Any, other: Any) -> bool:
    """Telegram names a file afresh in each update; only `file_unique_id` stays."""
    unique = one.get("file_unique_id")
    return dict(one) == dict(other) or (bool(unique) and unique == other.get("file_unique_id"))
