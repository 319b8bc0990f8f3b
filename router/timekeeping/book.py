"""Brings some cases' clocks into line with their events: worked out, compared with what stands there, and written where it differs.

Runs within the bookkeeper's transaction, which holds the books.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.timekeeping.rows import Row, first_answer, nearest_due, open_turn, rows_of
from router.timekeeping.versions import Versions
from ventanilla.measures.fold import stretches
from ventanilla.measures.stretch import Stretch
from ventanilla.store.clocks import (
    Place,
    clock_rows,
    lock_cases,
    set_due,
    timed_events,
    told_events,
    write_clocks,
)
from ventanilla.store.events import Journal
from ventanilla.words import EventKind, Metric

_TELLING = {EventKind.PROMISE_WARNED: "warned_at", EventKind.PROMISE_BREACHED: "breached_at"}
_TOLD = ("warned_at", "breached_at")


@dataclass(slots=True)
class Book:
    """What is known of some cases, read in a few statements, those merged into them included."""

    connection: sa.Connection
    versions: Versions
    _lives: dict[int, tuple[Stretch, ...]] = field(default_factory=dict)
    _absorbed: dict[int, set[int]] = field(default_factory=dict)
    _standing: dict[int, dict[Place, Any]] = field(default_factory=dict)
    _rows: dict[int, list[Row]] = field(default_factory=dict)

    def read(self, case_ids: Collection[int]) -> None:
        """Read these cases, and whatever was merged into them."""
        wanted = set(case_ids) - self._lives.keys()
        while wanted:
            found = timed_events(self.connection, wanted)
            self._standing |= clock_rows(self.connection, wanted)
            self._lives |= {case_id: stretches(found.get(case_id, ())) for case_id in wanted}
            self._absorbed |= {case_id: _absorbed(found.get(case_id, ())) for case_id in wanted}
            named = {other for case_id in wanted for one in self._lives[case_id] for other in one.brought_by}
            wanted = named.union(*(self._absorbed[case_id] for case_id in wanted)) - self._lives.keys()

    def standing(self, case_id: int) -> Mapping[Place, Any]:
        """The rows that a case has."""
        return self._standing.get(case_id, {})

    def rows(self, case_id: int) -> list[Row]:
        """The rows that a case should have. A case is never merged into itself, so this ends."""
        if case_id not in self._rows:
            life = self._lives.get(case_id, ())
            others = {other for one in life for other in one.brought_by}
            self._rows[case_id] = rows_of(
                case_id,
                life,
                self.versions,
                standing=self.standing(case_id),
                brought={other: self.rows(other) for other in others},
            )
        return self._rows[case_id]

    def family_first_answer(self, case_id: int) -> datetime | None:
        """When a case, or one merged into it, was first answered."""
        others = self._absorbed.get(case_id, ())
        found = [first_answer(self.rows(each)) for each in (case_id, *others)]
        return min((at for at in found if at is not None), default=None)


def keep_cases(book: Book, case_ids: Collection[int], journal: Journal) -> set[int]:
    """Write the clocks of these cases where they differ, and their due times; returns those that somebody else held just now:
    they want looking at again."""
    cases = lock_cases(book.connection, case_ids)
    book.read(cases)
    changed: list[Row] = []
    gone: list[tuple[int, str, int]] = []
    for case_id in cases:
        standing, rows = book.standing(case_id), book.rows(case_id)
        changed += [row for row in rows if _differs(row, standing.get(_place(row)))]
        places = {_place(row) for row in rows}
        gone += [(case_id, *place) for place in standing if place not in places]
    _tell(book, changed, journal)
    write_clocks(book.connection, changed, gone)
    found = (_due_of(book, case) for case in cases.values())
    set_due(book.connection, [one for one in found if one is not None])
    return set(case_ids) - cases.keys()


def _absorbed(found: Iterable[Any]) -> set[int]:
    """What has been merged into a case and not been parted from it."""
    others: set[int] = set()
    for event in found:
        if event.kind == EventKind.CASE_MERGED:
            others.add(int(event.data["absorbed"]))
        elif event.kind == EventKind.CASE_UNMERGED:
            others.discard(int(event.data["back"]))
    return others


def _place(row: Row) -> Place:
    return row["metric"], row["number"]


def _differs(row: Row, there: Any) -> bool:
    if there is None:
        return True
    if isinstance(row, sa.RowMapping):  # taken over as it stands
        return False
    stands = there._mapping
    return any(stands[name] != value for name, value in row.items() if name not in _TOLD)


def _tell(book: Book, changed: Iterable[Row], journal: Journal) -> None:
    """Note each due time that is new, and take over what the log says was told of a clock whose row is new."""
    unsure = {row["conversation_id"] for row in changed if _wants_log(book, row)}
    told = {case_id: _last_told(found) for case_id, found in told_events(book.connection, unsure).items()}
    for row in changed:
        stands = book.standing(row["conversation_id"]).get(_place(row))
        said = told.get(row["conversation_id"], {}).get((*_place(row), row["name"]), {})
        row |= {name: _told_of(said.get(name), row) for name in _TOLD}
        before = stands.due_at if stands is not None and stands.name == row["name"] else None
        if row["due_at"] is None or row["due_at"] in (before, said.get("due_at")):
            continue
        journal.add(EventKind.DUE_SET, at=row["started_at"], conversation_id=row["conversation_id"], data=_as_told(row))


def _wants_log(book: Book, row: Row) -> bool:
    """A clock whose row is new has been told of only where the table was emptied, or the law's deadline had gone and is back."""
    standing = book.standing(row["conversation_id"])
    return not standing or (row["metric"] == Metric.LEGAL and _place(row) not in standing)


def _told_of(event: Any, row: Row) -> datetime | None:
    """When it was told of this clock, and not of another that had its number before."""
    return event.recorded_at if event is not None and event.at >= row["started_at"] else None


def _last_told(found: Iterable[Any]) -> dict[tuple[str, int, str], dict[str, Any]]:
    last: dict[tuple[str, int, str], dict[str, Any]] = {}
    for event in found:
        data = event.data
        if "metric" not in data:
            continue
        said = last.setdefault((data["metric"], int(data.get("number", 1)), data.get("name") or ""), {})
        if event.kind == EventKind.DUE_SET:
            said["due_at"] = datetime.fromisoformat(data["due_at"])
        else:
            said[_TELLING[EventKind(event.kind)]] = event
    return last


def _as_told(row: Row) -> dict[str, Any]:
    plain = {name: row[name] for name in ("metric", "number", "name", "promise", "config_version", "calendar")}
    within = row["within"] / 1_000_000 if row["within"] is not None else None
    moments = {name: row[name].isoformat() if row[name] is not None else None for name in ("due_at", "warn_at")}
    return {**plain, "within": within, **moments}


def _due_of(book: Book, case: Any) -> dict[str, Any] | None:
    """What the case should say of its due times; None where it does. A case whose wait is not the log's own is left alone."""
    rows = book.rows(case.id)
    turn = open_turn(rows)
    if (turn["started_at"] if turn else None) != case.waiting_since or not rows:
        return None
    new = {
        "due_at": turn["due_at"] if turn else None,
        "next_due_at": nearest_due(rows),
        "first_response_at": book.family_first_answer(case.id),
    }
    return None if all(getattr(case, name) == value for name, value in new.items()) else {"id": case.id, **new}
