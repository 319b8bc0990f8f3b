"""A place from which items are pulled: it holds them in the order in which they came, and gives what is after a checkpoint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ventanilla.channel import Batch, RawItem

AT_ONCE = 2
"""Items of a batch."""


@dataclass(slots=True)
class Shelf:
    """As a connector's source. What stands on it stays, so that what the ledger holds can be counted against it."""

    name: str
    items: list[RawItem] = field(default_factory=list)

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        at = 0 if checkpoint is None else int(checkpoint["next"])
        while at < len(self.items):
            some = self.items[at : at + AT_ONCE]
            at += len(some)
            yield Batch(source=self.name, items=some, checkpoint={"next": at})

    def wait(self, seconds: float) -> None:
        pass

    def interrupt(self) -> None:
        pass

    def close(self) -> None:
        pass
