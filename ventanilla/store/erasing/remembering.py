"""Who was erased, as numbers in a file outside the store: a restored back-up brings them back, and does not know it."""

from __future__ import annotations

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.ownership import give_to_owner_of_folder
from ventanilla.store.tables import contacts, events, installation
from ventanilla.words import EventKind

NAME = "erased.jsonl"


def remember_erased(
    folder: Path, connection: sa.Connection, contact_id: int, *, now: datetime, except_held: bool = False
) -> None:
    """Add a line; on disk when this returns. Twice is no harm. `except_held`: some of their cases stay, and they are known."""
    made = connection.scalar(sa.select(contacts.c.created_at).where(contacts.c.id == contact_id))
    instance = connection.scalar(sa.select(installation.c.instance))
    line = {"instance": instance, "contact": contact_id, "created_at": str(made), "erased_at": now.isoformat()}
    line |= {"except_held": True} if except_held else {}
    with (folder / NAME).open("a", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        give_to_owner_of_folder(folder / NAME)
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def back_again(folder: Path, connection: sa.Connection) -> list[int]:
    """The contacts who were erased once and are there now, by their ids: a back-up from before was restored. Those of whom only a
    part was erased are back where the log does not know of it."""
    return sorted(
        contact_id for contact_id, line in _erased_here(folder, connection).items() if _is_back(connection, line)
    )


def only_in_part(folder: Path, connection: sa.Connection) -> set[int]:
    """Of which contacts the last time only the cases went that nothing held."""
    return {contact_id for contact_id, line in _erased_here(folder, connection).items() if line.get("except_held")}


def _erased_here(folder: Path, connection: sa.Connection) -> dict[int, dict[str, Any]]:
    """The last line of each contact of this very store."""
    if not (folder / NAME).is_file():
        return {}
    instance = connection.scalar(sa.select(installation.c.instance))
    lines = [json.loads(line) for line in (folder / NAME).read_text(encoding="utf-8").splitlines() if line.strip()]
    return {int(line["contact"]): line for line in lines if line["instance"] == instance}


def _is_back(connection: sa.Connection, line: dict[str, Any]) -> bool:
    known = sa.select(contacts).where(contacts.c.id == line["contact"], contacts.c.erased_at.is_(None))
    row = connection.execute(known).one_or_none()
    if row is None or str(row.created_at) != line["created_at"]:
        return False
    since = datetime.fromisoformat(line["erased_at"])
    done = sa.select(events.c.data).where(events.c.kind == EventKind.ERASED, events.c.at >= since)
    return not line.get("except_held") or all(data.get("contact") != row.id for data in connection.scalars(done))
