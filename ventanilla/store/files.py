"""Files that lie at a provider: noted with their message, fetched later by whoever claims them, kept as its attachments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import RemoteFile
from ventanilla.processes import is_dead
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import attachments, messages, remote_files
from ventanilla.words import EventKind, FileState

CLAIM = timedelta(minutes=2)
"""How long a fetch may take before somebody else may try; at once, when it was a process of this machine that died."""
ACTOR = "files"

_PUT = insert_ignoring(remote_files, remote_files.c.id)
_ATTACH = insert_ignoring(attachments, attachments.c.message_id)
_CASE_OF = sa.select(messages.c.conversation_id).where(messages.c.id == sa.bindparam("message_id"))
_DUE = (
    sa.select(remote_files)
    .where(remote_files.c.state == FileState.PENDING, remote_files.c.channel == sa.bindparam("channel"))
    .where(remote_files.c.not_before <= sa.bindparam("now"))
    .order_by(remote_files.c.not_before, remote_files.c.id)
    .limit(sa.bindparam("most"))
)
_CLAIMED = sa.select(remote_files.c.id, remote_files.c.claimed_by).where(
    remote_files.c.state == FileState.PENDING,
    remote_files.c.channel == sa.bindparam("channel"),
    remote_files.c.claimed_by.is_not(None),
)


def put_files(
    connection: sa.Connection,
    message_id: int,
    channel: str,
    files: Sequence[RemoteFile],
    *,
    now: datetime,
    first_position: int = 0,
) -> None:
    """Note in the caller's transaction which files a message has at its provider; a repeat changes nothing.

    They stand after the attachments that came with it: `first_position` is how many those are. One that is larger than its
    provider hands out has failed from the start.
    """
    for position, file in enumerate(files, start=first_position):
        reason = _too_large(file)
        values = {
            "message_id": message_id,
            "position": position,
            "channel": channel,
            "ref": dict(file.ref),
            "filename": file.filename,
            "content_type": file.content_type,
            "size": file.size,
            "state": FileState.FAILED if reason else FileState.PENDING,
            "reason": reason,
            "not_before": now,
        }
        new = connection.execute(_PUT[connection.dialect.name], values).scalar_one_or_none()
        if new is not None and reason:
            _note(connection, EventKind.FILE_FAILED, channel, message_id, now=now, position=position)


def due_files(store: Store, channel: str, *, now: datetime, limit: int = 20) -> list[sa.Row[Any]]:
    """Pending files of a channel whose time has come, oldest first."""
    with store.read() as connection:
        return list(connection.execute(_DUE, {"channel": channel, "now": now, "most": limit}))


def claim_file(store: Store, row_id: int, *, by: str, now: datetime) -> sa.Row[Any] | None:
    """Count an attempt and keep others away for a while, before the provider is asked; None when somebody was first."""
    claim = (
        sa.update(remote_files)
        .where(remote_files.c.id == row_id, remote_files.c.state == FileState.PENDING, remote_files.c.not_before <= now)
        .values(not_before=now + CLAIM, claimed_by=by, attempts=remote_files.c.attempts + 1)
        .returning(remote_files)
    )
    with store.write() as connection:
        return connection.execute(claim).one_or_none()


def finish_file(
    store: Store,
    row: sa.Row[Any],
    *,
    sha256: str,
    size: int,
    filename: str,
    content_type: str,
    now: datetime,
) -> bool:
    """The file is among the blobs: make it an attachment of its message, at its own place. False when somebody was first."""
    done = {"state": FileState.FETCHED, "reason": None, "fetched_at": now, "claimed_by": None, "size": size}
    attachment = {
        "message_id": row.message_id,
        "position": row.position,
        "filename": filename or row.filename,
        "content_type": content_type or row.content_type,
        "size": size,
        "sha256": sha256,
        "inline": False,
        "content_id": None,
    }
    with store.write() as connection:
        if not _change(connection, remote_files.c.id == row.id, done):
            return False
        connection.execute(_ATTACH[connection.dialect.name], attachment)
        _note(
            connection,
            EventKind.FILE_FETCHED,
            row.channel,
            row.message_id,
            now=now,
            position=row.position,
            size=size,
            attempts=row.attempts,
        )
    return True


def fail_file(store: Store, row: sa.Row[Any], *, reason: str, now: datetime) -> bool:
    """The file cannot be had: say why and stop trying. False when this claim no longer stands."""
    with store.write() as connection:
        if not _change(connection, _mine(row), {"state": FileState.FAILED, "reason": reason, "claimed_by": None}):
            return False
        _note(
            connection,
            EventKind.FILE_FAILED,
            row.channel,
            row.message_id,
            now=now,
            position=row.position,
            attempts=row.attempts,
        )
    return True


def put_off_file(store: Store, row: sa.Row[Any], *, reason: str, not_before: datetime, uncount: bool = False) -> bool:
    """It did not work for now: try again from `not_before` on. `uncount` takes the attempt back, where it was no fault of
    the file's. False when this claim no longer stands."""
    values = {"reason": reason, "not_before": not_before, "claimed_by": None}
    if uncount:
        values["attempts"] = row.attempts - 1
    with store.write() as connection:
        return _change(connection, _mine(row), values)


def free_claims_of_the_dead(store: Store, channel: str, *, now: datetime) -> int:
    """Files that a process of this machine was fetching when it died are due again at once; returns how many."""
    with store.read() as connection:
        claimed = connection.execute(_CLAIMED, {"channel": channel}).all()
    dead = [row.id for row in claimed if is_dead(row.claimed_by)]
    if not dead:
        return 0
    with store.write() as connection:
        held = remote_files.c.id.in_(dead) & remote_files.c.claimed_by.in_({row.claimed_by for row in claimed})
        change = sa.update(remote_files).where(held, remote_files.c.state == FileState.PENDING)
        return connection.execute(change.values(not_before=now, claimed_by=None)).rowcount


def _mine(row: sa.Row[Any]) -> sa.ColumnElement[bool]:
    """The row, while nobody has claimed it since: an attempt is counted with each claim."""
    return sa.and_(remote_files.c.id == row.id, remote_files.c.attempts == row.attempts)


def _change(connection: sa.Connection, which: sa.ColumnElement[bool], values: dict[str, Any]) -> bool:
    pending = remote_files.c.state == FileState.PENDING
    return connection.execute(sa.update(remote_files).where(which, pending).values(values)).rowcount == 1


def _note(
    connection: sa.Connection, kind: EventKind, channel: str, message_id: int, *, now: datetime, **data: Any
) -> None:
    journal = Journal(now=now, actor=ACTOR)
    case_id = connection.scalar(_CASE_OF, {"message_id": message_id})
    journal.add(kind, channel=channel, conversation_id=case_id, message_id=message_id, data=data)
    journal.flush(connection)


def _too_large(file: RemoteFile) -> str | None:
    if file.size is None or file.largest is None or file.size <= file.largest:
        return None
    return f"{file.size:,} bytes; its provider hands out {file.largest:,} at most"
