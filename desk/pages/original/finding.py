"""Finds a message of a case with its original, for whoever may see the case. Reads the store and the blobs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from desk.entry.seeing import may_see
from desk.pages.page import NotFound, Visit
from ventanilla.errors import Temporary
from ventanilla.keys import read_key
from ventanilla.store.blobs import blob_path
from ventanilla.store.conversations import case_by_key
from ventanilla.store.inbox import raw_bytes
from ventanilla.store.tables import attachments, conversations, inbox, messages
from ventanilla.words import Direction, Side

_WANTED = (
    sa.select(
        messages.c.id,
        messages.c.conversation_id,
        messages.c.medium,
        messages.c.subject,
        messages.c.from_name,
        messages.c.from_address,
        messages.c.has_html,
        inbox.c.id.label("inbox_id"),
        inbox.c.size,
        inbox.c.raw_blob,
        inbox.c.raw,
    )
    .join(inbox, inbox.c.id == messages.c.inbox_id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.id == sa.bindparam("message"))
    .where(sa.or_(conversations.c.id == sa.bindparam("case"), conversations.c.merged_into == sa.bindparam("case")))
    # what our own people wrote to us carries the token that let it in: it is no original of the case
    .where(sa.or_(messages.c.direction == Direction.IN, messages.c.side.in_((Side.MAILBOX, Side.PROVIDER))))
)
_PICTURES = sa.select(attachments.c.content_id, attachments.c.sha256).where(
    attachments.c.message_id == sa.bindparam("message"), attachments.c.content_id.is_not(None)
)


def find_original(visit: Visit) -> tuple[sa.Row[Any], sa.Row[Any]]:
    """The case (of its key in the address) and the message with its original. Raises NotFound for what is not of this case, what
    was never received, and what this person may not see."""
    key = read_key(visit.place("key"))
    with visit.desk.store.read() as connection:
        case = case_by_key(connection, key) if key else None
        if case is None or not may_see(connection, visit.person, case.id):
            raise NotFound
        given = {"case": case.id, "message": _number(visit.place("message"))}
        row: Any = connection.execute(_WANTED, given).one_or_none()
    if row is None or (row.raw_blob is None and row.raw is None):
        raise NotFound
    return case, row


def content_of(visit: Visit, row: sa.Row[Any]) -> bytes:
    """The original's bytes. Raises NotFound where they are gone, Temporary where they cannot be read now."""
    try:
        content = raw_bytes(visit.desk.store, row)
    except FileNotFoundError:
        raise NotFound from None
    except OSError as error:
        raise Temporary(f"the blobs cannot be used: {error.strerror}") from error
    if content is None:
        raise NotFound
    return content


def file_of(visit: Visit, row: sa.Row[Any]) -> Path | None:
    """Where the original stands as a file; None where the ledger holds it itself."""
    return None if row.raw_blob is None else blob_path(visit.desk.store.blobs, row.raw_blob)


def pictures_of(visit: Visit, row: sa.Row[Any]) -> dict[str, str]:
    """The digests of the message's files by Content-ID in lower case."""
    with visit.desk.store.read() as connection:
        found = connection.execute(_PICTURES, {"message": row.id})
        return {each.content_id.lower(): each.sha256 for each in found}


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit() and len(written) < 16):
        raise NotFound
    return int(written)
