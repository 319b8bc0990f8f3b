"""Follows the rows of a table that only grows until each has come to its end, once, in bounded steps. Knows no table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Row = Mapping[str, Any]

STEP = 2_000
"""Rows read at once."""
STEPS = 5
"""Steps of one look: what is newer than that is for the next."""
MOST_OPEN = 5_000
"""Rows followed at the same time; the oldest beyond are let go and counted as such."""
MOST_MISSING, LOOKS = 200, 20
"""Ids that another transaction may still bring, after one with a higher number was seen, and how often they are looked for."""


@dataclass(slots=True, kw_only=True)
class Trail:
    """Where one follower stands. `newest` is the last row seen when it begins; `open` those that had not ended by then.

    `after(last, most)` gives newer rows, `of(ids)` some; a row has ended when its `state` is one of `final`.
    """

    newest: int
    open: dict[int, None]
    final: frozenset[str]
    after: Callable[[int, int], Sequence[Row]]
    of: Callable[[Sequence[int]], Sequence[Row]]
    let_go: int = 0
    _missing: dict[int, int] = field(default_factory=dict)

    def ended(self) -> list[Row]:
        """The rows that have ended since the last call, each once."""
        ended = self._known() + self._newer()
        for number in list(self.open)[: max(0, len(self.open) - MOST_OPEN)]:
            del self.open[number]
            self.let_go += 1
        return ended

    def _known(self) -> list[Row]:
        numbers = [*self.open, *self._missing]
        found: list[Row] = []
        for start in range(0, len(numbers), STEP):
            found += self._sort(self.of(numbers[start : start + STEP]))
        self._missing = {number: looks - 1 for number, looks in self._missing.items() if looks > 1}
        return found

    def _newer(self) -> list[Row]:
        found: list[Row] = []
        for _ in range(STEPS):
            rows = self.after(self.newest, STEP)
            if rows:
                self._note_gaps(rows)
                self.newest = rows[-1]["id"]
                found += self._sort(rows)
            if len(rows) < STEP:
                break
        return found

    def _note_gaps(self, rows: Sequence[Row]) -> None:
        """Numbers that were passed over: a transaction that began earlier may commit later."""
        seen = {row["id"] for row in rows}
        newest = rows[-1]["id"]
        for number in range(max(self.newest + 1, newest - MOST_MISSING), newest):
            if number not in seen:
                self._missing[number] = LOOKS

    def _sort(self, rows: Iterable[Row]) -> list[Row]:
        ended = []
        for row in rows:
            self._missing.pop(row["id"], None)
            if row["state"] in self.final:
                self.open.pop(row["id"], None)
                ended.append(row)
            else:
                self.open[row["id"]] = None
        return ended
