"""What was put in at each provider, and when. Knows no provider and reads nothing."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Source(StrEnum):
    """Where something was put in."""

    MAIL = "mail"
    TELEGRAM = "telegram"
    PHONE = "phone"
    STAFF = "staff"  # the staff's own bot
    SENT = "sent"  # the folder of sent mail, where a mail client puts its copies


OURS = (Source.STAFF, Source.SENT)
"""What our own people put in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One item. `mark` tells it from every other of its source; `name` is what the message is called once it is in a case."""

    source: Source
    mark: str
    name: str
    at: datetime


class Book:
    """Every item, once for each time it was put in. Written and read by several threads."""

    def __init__(self) -> None:
        self._posted: list[Posted] = []
        self._lock = threading.Lock()

    def note(self, posted: Posted) -> None:
        with self._lock:
            self._posted.append(posted)

    @property
    def count(self) -> int:
        """How many items customers put in."""
        with self._lock:
            return sum(each.source not in OURS for each in self._posted)

    @property
    def total(self) -> int:
        """The same with what our own people put in."""
        with self._lock:
            return len(self._posted)

    def marks(self, source: Source) -> Counter[str]:
        """How often each item of a source was put in."""
        with self._lock:
            return Counter(each.mark for each in self._posted if each.source is source)

    def arrivals(self) -> dict[str, datetime]:
        """When each message was first there, by name (aware UTC)."""
        with self._lock:
            return {each.name: each.at for each in reversed(self._posted)}
