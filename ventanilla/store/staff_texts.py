"""What our own people typed to their bot and no case has yet: kept until somebody says where it belongs. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import RemoteFile
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import staff_texts

_PUT = insert_ignoring(staff_texts, staff_texts.c.inbox_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffText:
    """One thing that somebody typed, by the row of the ledger it came in. `case_id` is where it went, or where it was meant to go;
    `is_settled` once it went there, or was dropped by its author."""

    inbox_id: int
    agent: str
    text: str
    files: Sequence[RemoteFile]
    created_at: datetime
    is_settled: bool = False
    case_id: int | None = None


def keep_text(connection: sa.Connection, kept: StaffText) -> None:
    """Keep it until it is settled. A repeat changes nothing."""
    values = {
        "inbox_id": kept.inbox_id,
        "agent": kept.agent,
        "text": kept.text,
        "files": [_written(file) for file in kept.files],
        "created_at": kept.created_at,
        "conversation_id": kept.case_id,
    }
    connection.execute(_PUT[connection.dialect.name], values)


def text_of(connection: sa.Connection, inbox_id: int, *, agent: str) -> StaffText | None:
    """What this person typed there, locked until the transaction ends; None where they typed nothing that was kept."""
    mine = (staff_texts.c.inbox_id == inbox_id) & (staff_texts.c.agent == agent)
    row = connection.execute(sa.select(staff_texts).where(mine).with_for_update()).one_or_none()
    return None if row is None else _read(row)


def settle_text(connection: sa.Connection, inbox_id: int, *, case_id: int | None, now: datetime) -> bool:
    """It went to this case, or (None) is not wanted any more. False when it was settled before."""
    waits = (staff_texts.c.inbox_id == inbox_id) & staff_texts.c.settled_at.is_(None)
    values = {"settled_at": now, "conversation_id": case_id}
    return connection.execute(sa.update(staff_texts).where(waits).values(values)).rowcount == 1


def change_text(connection: sa.Connection, inbox_id: int, text: str) -> bool:
    """Its author wrote it anew. False when it was settled before."""
    waits = (staff_texts.c.inbox_id == inbox_id) & staff_texts.c.settled_at.is_(None)
    return connection.execute(sa.update(staff_texts).where(waits).values(text=text)).rowcount == 1


def add_files(connection: sa.Connection, kept: StaffText, files: Sequence[RemoteFile]) -> bool:
    """More files that belong to it (locked). False when it was settled before."""
    waits = (staff_texts.c.inbox_id == kept.inbox_id) & staff_texts.c.settled_at.is_(None)
    values = [_written(file) for file in (*kept.files, *files)]
    return connection.execute(sa.update(staff_texts).where(waits).values(files=values)).rowcount == 1


def texts_without_case(connection: sa.Connection, agent: str) -> list[StaffText]:
    """What somebody typed that is not settled yet, oldest first."""
    query = sa.select(staff_texts).where(staff_texts.c.agent == agent, staff_texts.c.settled_at.is_(None))
    return [_read(row) for row in connection.execute(query.order_by(staff_texts.c.inbox_id))]


def _read(row: sa.Row[Any]) -> StaffText:
    return StaffText(
        inbox_id=row.inbox_id,
        agent=row.agent,
        text=row.text,
        files=tuple(RemoteFile(**file) for file in row.files),
        created_at=row.created_at,
        is_settled=row.settled_at is not None,
        case_id=row.conversation_id,
    )


def _written(file: RemoteFile) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "content_type": file.content_type,
        "ref": dict(file.ref),
        "size": file.size,
        "largest": file.largest,
    }
