"""How the comparison of one source ended, as it is kept and told; what of it is news. Pure: no store, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from ventanilla.comparer import Comparison, Lacking


class State(StrEnum):
    """Whether there was anything to compare with."""

    COMPARED = "compared"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One source. `compared_at` is the last time that it answered, `looked_at` the last time that it was asked. Out of reach, it
    keeps what the last answer said. `first_seen` is since when each item has been missing; `told` are those a person knows of."""

    source: str
    state: State = State.COMPARED
    looked_at: datetime
    compared_at: datetime | None = None
    at_source: int | None = None
    in_ledger: int | None = None
    to_come: int = 0
    left_out: int = 0
    gone: int | None = None
    quarantined: int = 0
    missing: int = 0
    items: Sequence[Lacking] = ()
    first_seen: Mapping[str, datetime] = field(default_factory=dict)
    told: frozenset[str] = frozenset()
    notes: Mapping[str, Any] = field(default_factory=dict)
    remark: str = ""
    problem: str = ""
    cure: str = ""

    def overdue(self, before: datetime) -> Iterator[Lacking]:
        """What has been missing since then or longer, and nobody was told of."""
        for item in self.items:
            if item.key not in self.told and self.first_seen[item.key] <= before:
                yield item

    def with_told(self, items: Iterable[Lacking]) -> Compared:
        """The same, once a person knows of these."""
        return replace(self, told=self.told | {item.key for item in items})

    @property
    def wants_another_look(self) -> bool:
        """Whether something may be news before the ordinary time."""
        return bool(self.notes) or any(item.key not in self.told for item in self.items)

    def kept(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "state": self.state.value,
            "looked_at": _written(self.looked_at),
            "compared_at": _written(self.compared_at),
            "at_source": self.at_source,
            "in_ledger": self.in_ledger,
            "to_come": self.to_come,
            "left_out": self.left_out,
            "gone": self.gone,
            "quarantined": self.quarantined,
            "missing": self.missing,
            "items": [
                {
                    "key": item.key,
                    "size": item.size,
                    "at": _written(item.at),
                    "since": _written(self.first_seen[item.key]),
                    "told": item.key in self.told,
                }
                for item in self.items
            ],
            "notes": dict(self.notes),
            "remark": self.remark,
            "problem": self.problem,
            "cure": self.cure,
        }

    @classmethod
    def read(cls, source: str, kept: Mapping[str, Any]) -> Compared:
        """What `kept` wrote."""
        items = kept["items"]
        return cls(
            source=source,
            state=State(kept["state"]),
            looked_at=datetime.fromisoformat(kept["looked_at"]),
            compared_at=_read(kept["compared_at"]),
            at_source=kept["at_source"],
            in_ledger=kept["in_ledger"],
            to_come=kept["to_come"],
            left_out=kept["left_out"],
            gone=kept["gone"],
            quarantined=kept["quarantined"],
            missing=kept["missing"],
            items=[Lacking(key=one["key"], size=one["size"], at=_read(one["at"])) for one in items],
            first_seen={one["key"]: datetime.fromisoformat(one["since"]) for one in items},
            told=frozenset(one["key"] for one in items if one["told"]),
            notes=kept["notes"],
            remark=kept["remark"],
            problem=kept["problem"],
            cure=kept["cure"],
        )


def after(before: Compared | None, found: Comparison | None, *, source: str, now: datetime) -> Compared:
    """How things stand after another look. None: it did not answer, and what it said last stands."""
    if found is None:
        return Compared(source=source, looked_at=now) if before is None else replace(before, looked_at=now)
    known = {} if before is None else before.first_seen
    told = frozenset() if before is None else before.told
    keys = [item.key for item in found.items]
    return Compared(
        source=source,
        looked_at=now,
        compared_at=now,
        at_source=found.at_source,
        in_ledger=found.in_ledger,
        to_come=found.to_come,
        left_out=found.left_out,
        gone=found.gone,
        missing=found.missing,
        items=found.items,
        first_seen={key: known.get(key, now) for key in keys},
        told=told.intersection(keys),
        notes=found.notes,
        remark=found.remark,
    )


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
