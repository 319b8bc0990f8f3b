"""Whether the folder of blobs that this machine sees is the house's: a name in the store, and the same in a file in the folder.

Several machines must see one folder. One that sees its own, or a mount that is missing, would write where nobody else reads.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ventanilla.ownership import give_to_owner_of_folder
from ventanilla.store.engine import Store
from ventanilla.store.tables import installation

MARK = ".folder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """This machine sees another folder than the house's. `problem` says what was found, `cure` what to do."""

    problem: str
    cure: str


def see_blobs_folder(store: Store) -> Apart | None:
    """Compare, and name the folder where nobody has yet. None when it is the house's. Raises Temporary, and OSError when the
    folder cannot be written."""
    wanted, found = _wanted(store), _found(store.blobs)
    if wanted is None:
        found = found or _mark(store.blobs)
        wanted = _name(store, found)
    return None if found == wanted else _apart(store.blobs, wanted, found)


def look_at_blobs_folder(store: Store) -> Apart | None:
    """The same without naming anything: None also where the folder has no name yet."""
    wanted, found = _wanted(store), _found(store.blobs)
    return None if wanted is None or found == wanted else _apart(store.blobs, wanted, found)


def forget_blobs_folder(connection: sa.Connection) -> None:
    """Let whoever starts next name the folder: after a restore it is another one."""
    connection.execute(sa.update(installation).values(blobs_folder=None))


def _apart(folder: Path, wanted: str, found: str | None) -> Apart:
    seen = "has none of its marks" if found is None else f"is another one ({found})"
    return Apart(
        problem=f"{folder} is not the folder of files that this house uses ({wanted}): it {seen}",
        cure=f"mount the folder that the other machines use at {folder}; if this is the one to go on with, write {wanted} into "
        f"{folder / MARK}",
    )


def _wanted(store: Store) -> str | None:
    with store.read() as connection:
        found: str | None = connection.scalar(sa.select(installation.c.blobs_folder))
        return found


def _found(folder: Path) -> str | None:
    try:
        return (folder / MARK).read_text(encoding="utf-8").strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None


def _mark(folder: Path) -> str:
    """Give the folder a name, whole or not at all; of two at once the first one's counts."""
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        give_to_owner_of_folder(folder)
    name = secrets.token_hex(8)
    part = folder / f"{MARK}.{name}"
    part.write_text(f"{name}\n", encoding="utf-8")
    give_to_owner_of_folder(part)
    try:
        os.link(part, folder / MARK)
    except FileExistsError:
        pass
    except OSError:  # a file system without hard links
        part.rename(folder / MARK)
    finally:
        part.unlink(missing_ok=True)
    return _found(folder) or name


def _name(store: Store, found: str) -> str:
    with store.write() as connection:
        nameless = installation.c.blobs_folder.is_(None)
        connection.execute(sa.update(installation).where(nameless).values(blobs_folder=found))
        wanted: str | None = connection.scalar(sa.select(installation.c.blobs_folder))
    return wanted or found
