"""One mail of the past, as far as its header tells, without what it says: what `retro` is worked out from. Knows no server."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from ventanilla.words import Direction, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMail:
    """`at` is when it came in or went out (aware UTC). `others` are the addresses outside the house: who wrote, or to whom it went.

    `own_id` and `refs` stand for Message-IDs (see `id_mark`); 0 for none. `topic` is its subject without "Re:", in lower case.
    Only what was accepted is a customer's, or an answer of ours.
    """

    direction: Direction
    at: datetime
    others: tuple[str, ...]
    own_id: int
    refs: tuple[int, ...]
    topic: str
    subject: str = ""
    verdict: Verdict = Verdict.ACCEPT

    @property
    def counts(self) -> bool:
        """Whether it is a customer's, or an answer of ours."""
        return self.verdict is Verdict.ACCEPT and bool(self.others)


def id_mark(message_id: str) -> int:
    """A number that stands for a Message-ID: a hundred thousand of them stay small in memory."""
    return int.from_bytes(hashlib.blake2b(message_id.encode(), digest_size=8).digest())
