"""Pulls from a folder: every `*.txt` in it is an item, once. Changes nothing there, so that it can be asked again.

Whoever drops a file writes it under another name first (`.part`) and renames it: what ends in .txt is whole. The checkpoint
holds the names of the files that are in the folder; a folder that is emptied now and then keeps it small.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Any

from ventanilla.channel import Batch, RawItem
from ventanilla.errors import LoginRefused, Temporary
from ventanilla_folder.settings import FolderSettings

BATCH = 50
LARGEST = 5_000_000
LOOK_EVERY = 0.2
MARK = ".mark"


class FolderSource:
    """One folder. Items have their file's name and time of change as key: a file that is written anew is another item."""

    def __init__(self, settings: FolderSettings, *, since: datetime, batch: int = BATCH) -> None:
        self._folder = settings.inbox
        self._mark = settings.mark
        self._begins = _begin(settings.start, since)
        self._batch = batch
        self._seen: dict[str, int] | None = None
        self._interrupted = threading.Event()

    @property
    def name(self) -> str:
        """The folder, whatever the channel is called in the TOML file."""
        return f"folder:{self._folder}"

    def count(self) -> int:
        """How many files there are. Raises Temporary, LoginRefused."""
        self._check_mark()
        return len(self._files())

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """Yield what is new, oldest first. At first contact what is older than the channel is only imported."""
        self._check_mark()
        first = checkpoint is None or bool(checkpoint["first"])
        here = self._files()
        known = {} if checkpoint is None else checkpoint["known"]
        known = {name: changed for name, changed in known.items() if here.get(name) == changed}
        self._seen = here
        new = sorted((self._time_of(name, first=first, now=now), name) for name in here if name not in known)
        for start in range(0, len(new), self._batch):
            some = new[start : start + self._batch]
            items = [self._item(name, here[name], at, first=first) for at, name in some]
            known |= {name: here[name] for _, name in some}
            still_first = first and start + self._batch < len(new)
            yield Batch(source=self.name, items=items, checkpoint={"known": dict(known), "first": still_first})
        if first and not new:
            yield Batch(source=self.name, items=[], checkpoint={"known": known, "first": False})

    def wait(self, seconds: float) -> None:
        """Look now and then whether the folder has changed."""
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            if self._interrupted.wait(min(left, LOOK_EVERY)):
                self._interrupted.clear()
                return
            try:
                if self._seen is not None and self._files() != self._seen:
                    return
            except Temporary:
                continue  # gone for now: the next pull says so

    def interrupt(self) -> None:
        """End a wait; called from another thread."""
        self._interrupted.set()

    def close(self) -> None:
        """Nothing is held."""

    def _files(self) -> dict[str, int]:
        """The files by name, with when their content last changed (nanoseconds)."""
        try:
            paths = [path for path in self._folder.iterdir() if path.suffix == ".txt" and path.is_file()]
        except OSError as error:
            raise Temporary(
                f"the folder {self._folder} cannot be read: {error.strerror}", cure="make it, or mount it"
            ) from error
        return {path.name: changed for path in paths if (changed := _changed(path)) is not None}

    def _time_of(self, name: str, *, first: bool, now: datetime) -> datetime:
        """When it reached us. What is there at first contact has its content's time; what comes later, when it was put there."""
        try:
            found = (self._folder / name).stat()
        except OSError:
            return now
        return min(datetime.fromtimestamp(found.st_mtime if first else found.st_ctime, UTC), now)

    def _item(self, name: str, changed: int, at: datetime, *, first: bool) -> RawItem:
        imported = first and self._begins is not None and at < self._begins
        key = f"{name}/{changed}"
        try:
            size = (self._folder / name).stat().st_size
            raw = (self._folder / name).read_bytes() if size <= LARGEST else None
        except OSError:
            return RawItem(key=key, raw=None, received_at=at, imported=imported, note="vanished")
        note = "" if raw is not None else f"too large: {size} bytes"
        return RawItem(key=key, raw=raw, received_at=at, imported=imported, size=size, note=note)

    def _check_mark(self) -> None:
        if self._mark is None:
            return
        self._files()  # a folder that is not there is not a wrong one
        try:
            found = (self._folder / MARK).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            found = ""
        if found != self._mark.reveal():
            raise LoginRefused(
                f"{self._folder} is not the folder that was meant: its {MARK} says something else",
                cure=f"mount the right one, or write what channels.NAME.mark says into {self._folder / MARK}",
            )


def _begin(start: str | date, since: datetime) -> datetime | None:
    """From when on files are new; None: all are. A folder does not know what was looked at: "unseen" is "now" here."""
    if start == "all":
        return None
    return datetime.combine(start, time_of_day(), UTC) if isinstance(start, date) else since


def _changed(path: Path) -> int | None:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None
