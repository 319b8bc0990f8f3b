"""Writes what goes out into a folder, a file each, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Temporary


class FolderSender:
    """A repeat writes the same file again: nobody gets anything twice."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, outgoing: Outgoing) -> Sent:
        """Write it under another name, to the disk, then give it its own. Raises Temporary when it cannot be written."""
        path = self._path(outgoing)
        subject = f"Subject: {outgoing.subject}\n" if outgoing.subject else ""
        text = f"To: {outgoing.recipient}\n{subject}\n{outgoing.text.rstrip()}\n"
        unfinished = path.with_suffix(".part")
        try:
            with unfinished.open("w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            raise Temporary(f"{path} cannot be written: {error.strerror}", cure="make the folder, or room") from error
        return Sent(external_id=path.name)

    def find(self, outgoing: Outgoing) -> Sent | None:
        """What may have been written before a crash: it is there or it is not."""
        path = self._path(outgoing)
        return Sent(external_id=path.name) if path.is_file() else None

    def close(self) -> None:
        """Nothing is held."""

    def _path(self, outgoing: Outgoing) -> Path:
        return self._folder / f"{outgoing.id}.txt"
