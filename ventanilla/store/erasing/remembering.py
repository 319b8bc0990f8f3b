"""Who was erased, as numbers in a file outside the store: a restored back-up brings them back, and does not know it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from ventanilla.store.tables import contacts, installation

NAME = "erased.jsonl"


def remember_erased(folder: Path, connection: sa.Connection, contact_id: int, *, now: datetime) -> None:
    """Add a line; on disk when this returns. Twice is no harm."""
    made = connection.scalar(sa.select(contacts.c.created_at).where(contacts.c.id == contact_id))
    instance = connection.scalar(sa.select(installation.c.instance))
    line = {"instance": instance, "contact": contact_id, "created_at": str(made), "erased_at": now.isoformat()}
    with (folder / NAME).open("a", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def back_again(folder: Path, connection: sa.Connection) -> list[int]:
    """The contacts who were erased once and are there now, by their ids: a back-up from before was restored."""
    if not (folder / NAME).is_file():
        return []
    instance = connection.scalar(sa.select(installation.c.instance))
    lines = [json.loads(line) for line in (folder / NAME).read_text(encoding="utf-8").splitlines() if line.strip()]
    wanted = {int(line["contact"]): line["created_at"] for line in lines if line["instance"] == instance}
    there = sa.select(contacts.c.id, contacts.c.created_at).where(contacts.c.erased_at.is_(None))
    return [
        row.id for row in connection.execute(there.order_by(contacts.c.id)) if wanted.get(row.id) == str(row.created_at)
    ]
