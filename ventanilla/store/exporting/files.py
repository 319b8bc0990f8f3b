"""Puts files and originals beside an export, by the names that its lines say, readable by us alone. Writes no line."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import BadInput, Unreachable
from ventanilla.store.blobs import blob_path
from ventanilla.store.tables import inbox


@dataclass(slots=True)
class Folder:
    """Where the files go; None: nowhere, and the lines say only what there is."""

    target: Path | None
    blobs: Path
    copied: int = 0
    missing: int = 0

    def take(self, connection: sa.Connection, told: dict[str, Any]) -> None:
        """Copy what an object's messages have with them, and what an item is; say in the object under which name."""
        for message in told.get("messages", ()):
            self._message(connection, message)
        if told["type"] == "message":
            self._message(connection, told)
        if told["type"] == "item" and self.target is not None:
            told["original"] = self._original(connection, told["id"])

    def _message(self, connection: sa.Connection, message: dict[str, Any]) -> None:
        for file in message.get("attachments", ()):
            path = file.pop("path")
            file["path"] = self._file(path, file["sha256"]) if path is not None else None
        for one in (message, *message.get("versions", ())):
            raw = one.pop("raw", None)
            if raw is not None:
                one["inbox_id"] = raw["inbox_id"]
                if self.target is not None:
                    one["original"] = self._original(connection, raw["inbox_id"])

    def _file(self, path: Path, digest: str) -> str | None:
        if self.target is None:
            return None
        return self._copy(path, f"files/{digest[:2]}/{digest}")

    def _original(self, connection: sa.Connection, inbox_id: int) -> str | None:
        """Under which name the original stands there; None where it is gone, or was never more than its envelope."""
        row = connection.execute(sa.select(inbox.c.raw, inbox.c.raw_blob).where(inbox.c.id == inbox_id)).one()
        name = f"originals/{inbox_id // 1000}/{inbox_id}"
        if row.raw_blob is not None:
            return self._copy(blob_path(self.blobs, row.raw_blob), name)
        if row.raw is None:
            return None
        with self._open(name) as file:
            file.write(bytes(row.raw))
        self.copied += 1
        return name

    def _copy(self, source: Path, name: str) -> str | None:
        try:
            with source.open("rb") as file, self._open(name) as copy:
                shutil.copyfileobj(file, copy, 1024 * 1024)
        except FileNotFoundError:
            self.missing += 1
            return None
        self.copied += 1
        return name

    def _open(self, name: str) -> Any:
        assert self.target is not None  # noqa: S101  callers have asked
        path = self.target / name
        for folder in (path.parent.parent, path.parent):  # `parents` would leave the outer one open to others
            folder.mkdir(mode=0o700, exist_ok=True)
        return os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_NOFOLLOW, 0o600), "wb")


def open_folder(target: Path | None, blobs: Path, *, force: bool) -> Folder:
    """A new folder, or an empty one; with `force` any. Raises BadInput, or Unreachable where it cannot be made."""
    if target is not None:
        try:
            target.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(target.iterdir()) and not force:
                raise BadInput(f"{target}: is not empty; --force writes into it, --with-files names another folder")
        except OSError as error:
            raise Unreachable(f"{target}: {error.strerror or error}") from error
    return Folder(target=target, blobs=blobs)
