"""The channel itself: what Ventanilla asks a kind of channel for. Opens nothing before it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from ventanilla.channel import Finding, Message, Place, Sender, Source
from ventanilla.errors import Permanent, Temporary
from ventanilla_folder.reading import read_file
from ventanilla_folder.sending import FolderSender
from ventanilla_folder.settings import FolderSettings
from ventanilla_folder.source import FolderSource

TRIAL = None
"""The module that reads one item from standard input in a process of its own. A text file kills no reader: none is needed."""


def sources(settings: FolderSettings, place: Place) -> Sequence[Source]:
    """One: the folder."""
    return [FolderSource(settings, since=place.since)]


def reader(settings: FolderSettings, place: Place) -> Callable[[bytes], Message]:
    """What turns a file's bytes into a message."""
    return partial(read_file, account=settings.inbox.name)


def sender(settings: FolderSettings, place: Place) -> Sender | None:
    """What writes ours."""
    return FolderSender(settings.outbox)


def check(settings: FolderSettings, place: Place) -> Iterator[Finding]:
    """Look into both folders, change nothing."""
    source = FolderSource(settings, since=place.since)
    try:
        count = source.count()
        yield Finding(subject="inbox", ok=True, message=f"{settings.inbox}: {count} files")
    except (Temporary, Permanent) as error:
        yield Finding(subject="inbox", ok=False, message=str(error), cure=error.cure)
    there = settings.outbox.is_dir()
    message = f"{settings.outbox}: " + ("what is answered is written there" if there else "there is no such folder")
    yield Finding(
        subject="outbox", ok=there, message=message, cure="" if there else f"make it: mkdir {settings.outbox}"
    )
