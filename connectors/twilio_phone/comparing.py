"""Holds one number's list at Twilio against the ledger by SIDs: what a pull that knew nothing would bring must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.twilio_phone.progress import Progress, from_checkpoint
from connectors.twilio_phone.source import PolledSource, Taken
from ventanilla.channel import RawItem
from ventanilla.comparer import MOST_NAMED, Comparison, Known, Lacking

EVERY = timedelta(days=1)
"""Each pull asks for the last day again as it is: this is for what was lost before."""
_BATCH = 100


class ListComparer:
    """The list that `source` pulls; the comparer is its only user. What was missing is kept until the next comparison."""

    every = EVERY

    def __init__(self, source: PolledSource) -> None:
        self._source = source
        self.name = source.name
        self._found: dict[str, RawItem] = {}

    def compare(
        self,
        checkpoint: Mapping[str, Any] | None,
        known: Known,
        *,
        since: datetime,
        last: Mapping[str, Any],
        now: datetime,
    ) -> Comparison:
        """Everything since that day (UTC) which is to be in the ledger; calls that somebody took are not."""
        self._found.clear()
        if checkpoint is None:
            return Comparison(remark="was never pulled yet")
        progress = from_checkpoint(checkpoint)
        seen: set[str] = set()
        in_ledger = to_come = missing = 0
        items: list[Lacking] = []
        for window in self._source.listed_since(since.date(), progress, now=now):
            fresh = {taken.item.key: taken for taken in window if taken.item.key not in seen}
            seen.update(fresh)
            there = known.has(list(fresh))
            in_ledger += len(there)
            for key in fresh.keys() - there:
                if _will_come(fresh[key], progress):
                    to_come += 1
                    continue
                missing += 1
                if len(items) < MOST_NAMED:
                    self._found[key] = fresh[key].item
                    items.append(Lacking(key=key, size=fresh[key].item.size, at=fresh[key].item.received_at))
        return Comparison(
            at_source=len(seen),
            in_ledger=in_ledger,
            to_come=to_come,
            missing=missing,
            items=sorted(items, key=lambda item: (item.at or now, item.key)),
            remark=f"since {since.date()}",
        )

    def fetch(
        self, items: Sequence[Lacking], checkpoint: Mapping[str, Any] | None, *, now: datetime
    ) -> Iterator[Sequence[RawItem]]:
        """As the list gave them."""
        wanted = [self._found[item.key] for item in items if item.key in self._found]
        for start in range(0, len(wanted), _BATCH):
            yield wanted[start : start + _BATCH]

    def close(self) -> None:
        """Let go of the connection."""
        self._source.close()


def _will_come(taken: Taken, progress: Progress) -> bool:
    """Whether the next pull lists it and does not take it for known."""
    first = progress.asks_from
    return (first is None or taken.at.date() >= first) and taken.item.key not in progress.known()
