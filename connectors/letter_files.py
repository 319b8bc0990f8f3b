"""The files that go along: of an answer those of the message that holds its text, and what the house itself made. Sends nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Attachment
from ventanilla.errors import Permanent
from ventanilla.store.blobs import get_blob
from ventanilla.store.engine import Store
from ventanilla.store.tables import attachments, remote_files
from ventanilla.words import FileState

HEAVIEST_ANSWER = 50 * 1024 * 1024
"""Bytes of files that are taken into memory for one answer; what its provider takes may be less, and then it says so."""


def are_files_pending(connection: sa.Connection, message_id: int) -> bool:
    """Whether a file of this message still lies where its author sent it and is being fetched."""
    waits = (remote_files.c.message_id == message_id) & (remote_files.c.state == FileState.PENDING)
    return connection.execute(sa.select(remote_files.c.id).where(waits).limit(1)).first() is not None


def files_for(connection: sa.Connection, store: Store, message_id: int | None) -> tuple[Attachment, ...]:
    """All files of this message, in order; none for no message.

    Raises Permanent when one could not be had or they are too heavy together: an answer does not go out without what it speaks
    of. Raises FileNotFoundError when a blob is not where it was kept.
    """
    if message_id is None:
        return ()
    _require_all(connection, message_id)
    query = sa.select(attachments).where(attachments.c.message_id == message_id).order_by(attachments.c.position)
    rows = connection.execute(query).all()
    if (weight := sum(row.size for row in rows)) > HEAVIEST_ANSWER:
        raise Permanent(
            f"its files are too large together: {weight:,} bytes, at most {HEAVIEST_ANSWER:,}",
            cure="send fewer or smaller files, or say where they can be had",
        )
    return tuple(
        Attachment(
            filename=row.filename,
            content_type=row.content_type,
            content=get_blob(store.blobs, row.sha256),
            inline=row.inline,
            content_id=row.content_id,
        )
        for row in rows
    )


def files_of_ours(store: Store, files: Sequence[Mapping[str, Any]]) -> tuple[Attachment, ...]:
    """Files that the house made for a letter (a report): each {filename, content_type, sha256, size}, kept among the blobs. Raises
    FileNotFoundError when one is not where it was kept."""
    return tuple(
        Attachment(
            filename=str(one["filename"]),
            content_type=str(one["content_type"]),
            content=get_blob(store.blobs, str(one["sha256"])),
        )
        for one in files
    )


def _require_all(connection: sa.Connection, message_id: int) -> None:
    lost = (remote_files.c.message_id == message_id) & (remote_files.c.state == FileState.FAILED)
    query = sa.select(remote_files.c.filename, remote_files.c.reason).where(lost).order_by(remote_files.c.position)
    row = connection.execute(query.limit(1)).one_or_none()
    if row is not None:
        raise Permanent(f"its file {row.filename} could not be had: {row.reason}", cure="send it again with the file")
