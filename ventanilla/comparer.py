"""The channel contract's part about what is missing: how a source is held against the ledger. Knows no store and no vendor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from ventanilla.channel import RawItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """One item that its source has and the ledger should have and has not. `key` as in the ledger; `at` is when it reached our side
    (aware UTC), `size` in bytes, None where the source does not say. Nothing that a customer wrote."""

    key: str
    size: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A source against the ledger at one moment.

    `at_source` counts what the source has, `in_ledger` what of that is in the ledger (None: cannot be counted); `to_come` what is
    not and will be pulled without anybody's help, `left_out` what was never to be taken. `missing` is the rest; `items` names
    its first `MOST_NAMED`. `gone` is in the ledger and no longer at the source, as mail that was deleted is. `notes` (plain
    JSON) is given to the next comparison. `remark` says in plain words what the numbers do not.
    """

    at_source: int | None = None
    in_ledger: int | None = None
    to_come: int = 0
    left_out: int = 0
    missing: int = 0
    gone: int | None = None
    items: Sequence[Lacking] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""


MOST_NAMED = 500
"""Missing items that one comparison names; what is beyond is counted, and named once these are in."""


class Known(Protocol):
    """What a comparer may ask about the ledger of its own source."""

    def has(self, keys: Sequence[str]) -> frozenset[str]:
        """Which of these items it has, whatever became of them. Any number of keys."""

    def count(self, prefix: str = "") -> int:
        """How many items it has whose key begins so."""


class Comparer(Protocol):
    """Asks one source what it has, to hold it against the ledger. Changes nothing there. Used by one thread at a time.

    `name` is its source's name. `every` is how often it is asked by itself. Give the ledger no question before the source has
    answered: what a pull commits meanwhile is then never taken for missing.
    """

    @property
    def name(self) -> str: ...

    @property
    def every(self) -> timedelta: ...

    def compare(
        self,
        checkpoint: Mapping[str, Any] | None,
        known: Known,
        *,
        since: datetime,
        last: Mapping[str, Any],
        now: datetime,
    ) -> Comparison:
        """Compare, in bounded memory. `since` bounds what has no end of its own (lists of a provider); `last` are the notes of the
        comparison before. Raises Temporary, LoginRefused, Permanent."""

    def fetch(
        self, items: Sequence[Lacking], checkpoint: Mapping[str, Any] | None, *, now: datetime
    ) -> Iterator[Sequence[RawItem]]:
        """What a pull would have brought of those that the comparison just made named, in batches; nothing for what cannot be had
        or is gone. Raises as `compare`."""

    def close(self) -> None:
        """Let go of connections. Never raises."""
