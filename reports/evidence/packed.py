"""What lies in a ZIP of evidence beside its pages, so that the pages can name it. Knows no archive and no store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from router.house import House

RAW, SENT, FILE = "raw", "sent", "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """One original: its `name` in the ZIP, size and SHA-256; "" where the bytes are missing. `what` is RAW (as it came in), SENT
    (as it went out, put together again from the record) or FILE (an attachment). `trouble`: `missing`,
    `damaged`, `erased` (with its customer) or nothing."""

    name: str
    size: int
    sha256: str
    what: str
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The originals by where they come from: ledger row, outbox row, hash of an attachment."""

    raw: Mapping[int, Packed] = field(default_factory=dict)
    sent: Mapping[int, Packed] = field(default_factory=dict)
    files: Mapping[str, Packed] = field(default_factory=dict)

    def all(self) -> Sequence[Packed]:
        """Every one of them."""
        return [*self.raw.values(), *self.sent.values(), *self.files.values()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Under what a page of evidence is made: when, by which version of the program, of whose installation, and whether our own
    notes are in it (they are not in what a customer is handed)."""

    made_at: datetime
    version: str
    house: House
    with_notes: bool
    contents: Contents = field(default_factory=Contents)
