"""The files of messages: those that are kept, and those that still lie at their provider or cannot be had. Reads only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import attachments, remote_files
from ventanilla.words import FileState


def attachments_of(connection: sa.Connection, ids: list[int], blobs: Path) -> dict[int, list[dict[str, Any]]]:
    """What messages have with them, by message, in the order in which it came; `state` is `fetched` for what we hold."""
    if not ids:
        return {}
    kept = sa.select(attachments).where(attachments.c.message_id.in_(ids))
    missing = sa.select(remote_files).where(
        remote_files.c.message_id.in_(ids), remote_files.c.state != FileState.FETCHED
    )
    found = [(row, _kept(row, blobs)) for row in connection.execute(kept)]
    found += [(row, _missing(row)) for row in connection.execute(missing)]
    by_message: dict[int, list[dict[str, Any]]] = {}
    for row, told in sorted(found, key=lambda one: (one[0].message_id, one[0].position)):
        by_message.setdefault(row.message_id, []).append(told)
    return by_message


def _kept(row: sa.Row[Any], blobs: Path) -> dict[str, Any]:
    path = blob_path(blobs, row.sha256)
    return {
        "id": f"{row.message_id}-{row.position}",
        "filename": row.filename,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": row.sha256,
        "inline": bool(row.inline),
        "state": FileState.FETCHED.value,
        "reason": None,
        "path": path,
        "present": path.exists(),
    }


def _missing(row: sa.Row[Any]) -> dict[str, Any]:
    """`reason` says why it failed, or what went wrong the last time it was tried."""
    return {
        "id": f"{row.message_id}-{row.position}",
        "filename": row.filename,
        "content_type": row.content_type,
        "size": row.size,
        "sha256": None,
        "inline": False,
        "state": row.state,
        "reason": row.reason,
        "path": None,
        "present": False,
    }
