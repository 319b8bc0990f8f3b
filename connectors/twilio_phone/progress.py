"""Knows how far one number was read: from when on items count as new, how far we came, what of the last days is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

MARGIN = timedelta(days=1)
"""Twilio filters by days (of UTC), and what it lists may show late: so much is asked for again each time."""
MOST_SEEN = 4000
"""SIDs kept in a checkpoint. Beyond that the oldest come again, and the ledger passes over them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`floor`: what is older is imported (None: nothing is). `through`: the newest moment that was listed. `seen`: SIDs by day."""

    floor: datetime | None
    through: datetime | None = None
    seen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def asks_from(self) -> date | None:
        """The day to list from; None for everything there is."""
        return None if self.through is None else (self.through - MARGIN).date()

    def known(self) -> frozenset[str]:
        """Every SID that the checkpoint remembers."""
        return frozenset(sid for sids in self.seen.values() for sid in sids)

    def is_new(self, at: datetime) -> bool:
        """Whether something of this moment is to be routed; else it is imported."""
        return self.floor is None or at >= self.floor

    def moved(self, to: datetime | None) -> Progress:
        """As far as this moment; never back."""
        if to is None or (self.through is not None and to <= self.through):
            return self
        return replace(self, through=to)._bounded()

    def taken(self, sids: Iterable[str], *, at: datetime) -> Progress:
        """With these SIDs of this moment known."""
        day = at.astimezone(UTC).date().isoformat()
        seen = dict(self.seen)
        seen[day] = (*seen.get(day, ()), *sids)
        return replace(self, seen=seen)._bounded()

    def _bounded(self) -> Progress:
        first = self.asks_from
        kept = {day: sids for day, sids in sorted(self.seen.items()) if first is None or day >= first.isoformat()}
        excess = sum(map(len, kept.values())) - MOST_SEEN
        for day in list(kept):
            if excess <= 0:
                break
            dropped = min(excess, len(kept[day]))
            excess -= dropped
            kept[day] = kept[day][dropped:]
        return replace(self, seen={day: sids for day, sids in kept.items() if sids})

    def to_checkpoint(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "floor": _written(self.floor),
            "through": _written(self.through),
            "seen": {day: list(sids) for day, sids in self.seen.items()},
        }


def from_checkpoint(checkpoint: Mapping[str, Any]) -> Progress:
    """What `to_checkpoint` wrote."""
    return Progress(
        floor=_read(checkpoint.get("floor")),
        through=_read(checkpoint.get("through")),
        seen={str(day): tuple(sids) for day, sids in dict(checkpoint.get("seen") or {}).items()},
    )


def at_first_contact(*, start: str | date, since: datetime, zone: tzinfo) -> Progress:
    """Where reading begins: nothing is known, and `start` says what is new. Twilio does not know what somebody has looked at,
    so "unseen" is "now". Its moments are whole seconds."""
    if start == "all":
        return Progress(floor=None)
    if isinstance(start, date):
        return Progress(floor=datetime.combine(start, time(), tzinfo=zone).astimezone(UTC))
    return Progress(floor=since.astimezone(UTC).replace(microsecond=0))


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _read(text: object) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(UTC) if isinstance(text, str) else None
