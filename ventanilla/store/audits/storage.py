"""What is written down is there, whole, and refers to what exists: what would break that."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with
from ventanilla.store.blobs import blob_path
from ventanilla.store.outbox import files_to_go
from ventanilla.store.tables import agents, assignments, attachments, conversations, events, inbox, messages, outbox

_CHUNK = 1 << 20


def event_of_nothing(connection: sa.Connection) -> int:
    """Every event is about things that exist: the log can be read back."""
    dangling = [
        ~rows_with(table, table.c[theirs] == ours) & ours.is_not(None)
        for ours, table, theirs in (
            (events.c.conversation_id, conversations, "id"),
            (events.c.message_id, messages, "id"),
            (events.c.inbox_id, inbox, "id"),
            (events.c.outbox_id, outbox, "id"),
            (events.c.agent, agents, "name"),
        )
    ]
    its_assignment = (assignments.c.conversation_id == events.c.conversation_id) & (
        assignments.c.number == events.c.assignment_number
    )
    no_assignment = ~rows_with(assignments, its_assignment) & events.c.assignment_number.is_not(None)
    return count(connection, events, sa.or_(*dangling, no_assignment))


def blob_missing(connection: sa.Connection, *, blobs: Path) -> int:
    """The bytes of every large original and of every attachment are on disk."""
    return sum(not blob_path(blobs, digest).is_file() for digest in _digests(connection))


def blob_damaged(connection: sa.Connection, *, blobs: Path) -> int:
    """Those bytes are the ones that were written (slow: reads them all)."""
    paths = (blob_path(blobs, digest) for digest in _digests(connection))
    return sum(path.is_file() and _sha256(path) != path.name for path in paths)


def broken_reference(connection: sa.Connection) -> int:
    """The database's own references hold. (PostgreSQL keeps them itself: counted are those it was told not to keep.)"""
    if connection.dialect.name == "sqlite":
        return len(connection.exec_driver_sql("PRAGMA foreign_key_check").all())
    unkept = """SELECT (SELECT count(*) FROM pg_constraint WHERE contype IN ('f', 'c') AND NOT convalidated
        AND connamespace = current_schema()::regnamespace)
        + (SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE t.tgenabled = 'D' AND c.relnamespace = current_schema()::regnamespace)"""
    return int(connection.scalar(sa.text(unkept)) or 0)


def damaged_database(connection: sa.Connection) -> int:
    """The database's own check of its files finds nothing. (PostgreSQL: pages whose checksum failed since its last reset.)"""
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return 0 if found == ["ok"] else len(found)
    query = "SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database WHERE datname = current_database()"
    return int(connection.scalar(sa.text(query)) or 0)


def _digests(connection: sa.Connection) -> Iterator[str]:
    raw = sa.select(inbox.c.raw_blob).where(inbox.c.raw_blob.is_not(None))
    yield from {*connection.scalars(sa.union(raw, sa.select(attachments.c.sha256))), *files_to_go(connection)}


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
