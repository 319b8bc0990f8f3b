"""When the house waited on its customer, and on nobody else: what a resolution's clock does not count. Knows no event."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from ventanilla.measures.stretch import Pause

Span = tuple[datetime, datetime | None]


class Waiting:
    """The times in which a case stood as waiting for its customer, as its changes of state tell."""

    def __init__(self) -> None:
        self._spans: list[Span] = []
        self._since: datetime | None = None

    def begin(self, at: datetime) -> None:
        """From now on."""
        if self._since is None:
            self._since = at

    def end(self, at: datetime) -> None:
        """No more. A message that came in before we thought ourselves waiting leaves nothing of it."""
        if self._since is not None and at > self._since:
            self._spans.append((self._since, at))
        self._since = None

    def pauses(self, turns: Iterable[Span]) -> tuple[Pause, ...]:
        """Those times, without any in which the customer waited for us after all: an answer that never arrived was none."""
        spans = [*self._spans, *([(self._since, None)] if self._since is not None else [])]
        return tuple(
            Pause(start=start, end=end) for start, end in _without(sorted(spans, key=_start), sorted(turns, key=_start))
        )


def clipped(pauses: Sequence[Pause], start: datetime, stop: datetime | None) -> tuple[Pause, ...]:
    """What of them lies within a clock's time."""
    found = []
    for pause in pauses:
        begins = max(pause.start, start)
        ends = pause.end if stop is None else stop if pause.end is None else min(pause.end, stop)
        if ends is None or begins < ends:
            found.append(Pause(start=begins, end=ends))
    return tuple(found)


def _start(span: Span) -> datetime:
    return span[0]


def _without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """Spans less holes; both in order of their starts, and no two spans touching each other's time."""
    found: list[Span] = []
    first = 0
    reached: datetime | None = None
    for start, end in spans:
        begins: datetime | None = max(start, reached) if reached is not None else start
        while first < len(holes) and _is_over(holes[first], start):
            first += 1
        place = first
        while begins is not None and place < len(holes) and (end is None or holes[place][0] < end):
            opens, closes = holes[place]
            if opens > begins:
                found.append((begins, opens))
            begins = None if closes is None else max(begins, closes)
            place += 1
        if begins is not None and (end is None or begins < end):
            found.append((begins, end))
        if end is not None:
            reached = end if reached is None else max(reached, end)
    return found


def _is_over(hole: Span, at: datetime) -> bool:
    return hole[1] is not None and hole[1] <= at
