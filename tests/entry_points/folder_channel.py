"""The example's channel as the conformance suite drives it: a folder that can go away and come back."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path

from tests.conformance.source_suite import ChannelUnderTest
from ventanilla.channel import RawItem, Source

MARK = "the shop's own drop, ñ"


class FolderChannel(ChannelUnderTest):
    """Small batches, so that every test has several."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "in"
        self._elsewhere = folder / "not mounted"
        self._folder.mkdir()
        (self._folder / ".mark").write_text(f"{MARK}\n", encoding="utf-8")
        self._mark = MARK
        self._since = datetime.now(UTC)
        self._count = 0

    def source(self, *, start: str | date = "now") -> Source:
        settings = import_module("ventanilla_folder.settings").FolderSettings(
            team="atencion", inbox=self._folder, outbox=self._folder, start=start, mark=self._mark
        )
        made: Source = import_module("ventanilla_folder.source").FolderSource(settings, since=self._since, batch=2)
        return made

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        self._drop(f"From: Eva <eva@example.org>\n\n{text}\n".encode(), age=age)

    def arrive_broken(self) -> None:
        self._drop(b"\xff\xfe no text at all")

    def text_of(self, item: RawItem) -> str:
        assert item.raw is not None
        return item.raw.decode().partition("\n\n")[2].strip()

    def go_down(self) -> None:
        self._folder.rename(self._elsewhere)

    def come_back(self) -> None:
        self._elsewhere.rename(self._folder)

    def refuse(self) -> None:
        self._mark = "another mark"

    def secret(self) -> str:
        return self._mark

    def _drop(self, content: bytes, *, age: timedelta = timedelta(0)) -> None:
        self._count += 1
        unfinished = self._folder / f"{self._count:03}.part"
        unfinished.write_bytes(content)
        if age:
            then = (datetime.now(UTC) - age).timestamp()
            os.utime(unfinished, (then, then))
        unfinished.replace(unfinished.with_suffix(".txt"))
