"""A ledger as small as can be that keeps what the store keeps: each key once, and the checkpoint as JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from ventanilla.channel import Batch, RawItem, Source


class Ledger:
    """`items` in the order they were committed; `repeats` are keys that came again."""

    def __init__(self) -> None:
        self.items: list[RawItem] = []
        self.repeats: list[str] = []
        self.batches: list[Batch] = []
        self._checkpoint: str | None = None

    @property
    def checkpoint(self) -> dict[str, Any] | None:
        """What the source gets back: through JSON, as the store gives it."""
        return None if self._checkpoint is None else dict(json.loads(self._checkpoint))

    @property
    def new(self) -> list[RawItem]:
        """What is to be routed."""
        return [item for item in self.items if not item.imported]

    @property
    def imported(self) -> list[RawItem]:
        """What was only noted down."""
        return [item for item in self.items if item.imported]

    def commit(self, batch: Batch) -> None:
        """Take a batch and its checkpoint in, as one transaction would."""
        known = {item.key for item in self.items}
        self.repeats += [item.key for item in batch.items if item.key in known]
        self.items += [item for item in batch.items if item.key not in known]
        self.batches.append(batch)
        self._checkpoint = json.dumps(dict(batch.checkpoint))

    def pull(self, source: Source) -> list[RawItem]:
        """Pull to the end and commit each batch; what was new in the ledger."""
        before = len(self.items)
        for batch in source.pull(self.checkpoint, now=datetime.now(UTC)):
            self.commit(batch)
        return self.items[before:]
