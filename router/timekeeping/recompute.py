"""What clocks would have been under the file now in force: worked out, compared, and on request written. Sends nothing.

Written as one event first, which says from when on which version holds; the rows follow from it, in steps that a later `catch_up`
goes on with if this is stopped in the middle. What was warned of and told stays told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.timekeeping.book import Book
from router.timekeeping.keeper import ACTOR, catch_up, refold_from, whole
from router.timekeeping.rows import Row
from router.timekeeping.versions import Versions
from ventanilla.clocks.zones import first_instant
from ventanilla.store.books import lock_books
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import clocks, conversations
from ventanilla.words import Ended, EventKind

MET, BROKEN = "met", "broken"
_AS_IT_SHOULD = (Ended.REPLIED, Ended.RESOLVED, Ended.ASSIGNED, Ended.ACCEPTED)
_CASES = 300
_COMPARED = ("due_at", "business", "promise", "calendar", "config_version", "within", "target", "warn_at", "name")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One clock that comes out otherwise. Business times in seconds; `was` and `becomes` are met, broken or neither (None).
    `breach_told`: a breach was told of it that is none any more."""

    key: str
    metric: str
    number: int
    name: str
    due_before: datetime | None
    due_after: datetime | None
    business_before: float | None
    business_after: float | None
    was: str | None
    becomes: str | None
    breach_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What would change for the clocks started on or after a day. `differs`: something would be written, if only the version."""

    since: date
    version: int
    changes: tuple[Change, ...]
    differs: bool


def compare(store: Store, house: House, *, since: date, now: datetime) -> Comparison:
    """Work out every clock started on or after that day of the house under the version in force; writes nothing but what had
    happened until now."""
    catch_up(store, house, now=now, limit=whole())
    changes: list[Change] = []
    differs = False
    with store.read() as connection:
        versions = Versions(connection, house)
        versions.suppose(house.version, _start(house, since))
        for ids in _cases_since(connection, _start(house, since)):
            book = Book(connection, versions)
            book.read(ids)
            keys = _keys(connection, ids)
            for case_id in ids:
                found = list(_differing(book, case_id))
                differs = differs or bool(found)
                changes += [one for row, old in found if (one := _change(keys[case_id], row, old, now)) is not None]
    return Comparison(since=since, version=house.version, changes=tuple(changes), differs=differs)


def recompute(store: Store, house: House, *, since: date, now: datetime, actor: str) -> None:
    """Have it so from now on: the event, and every row that it makes different. A repeat writes the same rows, and so nothing
    but its event."""
    with store.write() as connection:
        lock_books(connection)
        journal = Journal(now=now, actor=actor)
        start = _start(house, since)
        data = {"from": since.isoformat(), "since": start.isoformat(), "version": house.version}
        journal.add(EventKind.RECOMPUTED, data=data)
        journal.flush(connection)
        refold_from(connection, 0)
    catch_up(store, house, now=now, limit=whole())


def _start(house: House, since: date) -> datetime:
    return first_instant(house.zone(), datetime.combine(since, time()))


def _cases_since(connection: sa.Connection, start: datetime) -> Iterator[list[int]]:
    begun = sa.select(clocks.c.conversation_id).where(clocks.c.started_at >= start).distinct()
    last = 0
    while True:
        page = begun.where(clocks.c.conversation_id > last).order_by(clocks.c.conversation_id).limit(_CASES)
        ids = list(connection.scalars(page))
        if not ids:
            return
        yield ids
        last = ids[-1]


def _keys(connection: sa.Connection, ids: list[int]) -> dict[int, str]:
    query = sa.select(conversations.c.id, conversations.c.key).where(conversations.c.id.in_(ids))
    return {row.id: row.key for row in connection.execute(query)}


def _differing(book: Book, case_id: int) -> Iterator[tuple[Row | None, Row | None]]:
    standing = {place: row._mapping for place, row in book.standing(case_id).items()}
    new = {(row["metric"], row["number"]): row for row in book.rows(case_id)}
    for place in sorted({*standing, *new}):
        old, row = standing.get(place), new.get(place)
        if old is None or row is None or any(old[name] != row[name] for name in _COMPARED):
            yield row, old


def _change(key: str, row: Row | None, old: Row | None, now: datetime) -> Change | None:
    """None where only what is written beside it differs, such as the version."""
    either: Row = row or old
    was, becomes = _judged(old, now), _judged(row, now)
    change = Change(
        key=key,
        metric=either["metric"],
        number=either["number"],
        name=either["name"],
        due_before=old["due_at"] if old else None,
        due_after=row["due_at"] if row else None,
        business_before=_seconds(old),
        business_after=_seconds(row),
        was=was,
        becomes=becomes,
        breach_told=bool(old and old["breached_at"] is not None and becomes != BROKEN),
    )
    same = change.due_before == change.due_after and change.business_before == change.business_after
    return None if same and was == becomes else change


def _judged(row: Row | None, now: datetime) -> str | None:
    if row is None or row["due_at"] is None:
        return None
    if row["stopped_at"] is None:
        return BROKEN if now > row["due_at"] else None
    if row["ended"] == Ended.NO_REPLY_NEEDED:  # said too late, or it counts neither way
        return BROKEN if row["stopped_at"] > row["due_at"] else None
    if row["ended"] not in _AS_IT_SHOULD:
        return None
    return MET if row["stopped_at"] <= row["due_at"] else BROKEN


def _seconds(row: Row | None) -> float | None:
    return None if row is None or row["business"] is None else row["business"] / 1_000_000


def by_metric(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    """The changes counted: for each metric how many clocks, due times moved, met that are broken now and the other way round, and
    business time in seconds before and after."""
    found: dict[str, dict[str, Any]] = {}
    for one in changes:
        row = found.setdefault(
            one.metric,
            {
                "metric": one.metric,
                "clocks": 0,
                "due_moved": 0,
                "met_to_broken": 0,
                "broken_to_met": 0,
                "business_before": 0.0,
                "business_after": 0.0,
            },
        )
        row["clocks"] += 1
        row["due_moved"] += one.due_before != one.due_after
        row["met_to_broken"] += (one.was, one.becomes) == (MET, BROKEN)
        row["broken_to_met"] += one.was == BROKEN and one.becomes != BROKEN
        row["business_before"] += one.business_before or 0.0
        row["business_after"] += one.business_after or 0.0
    return [found[name] for name in sorted(found)]


__all__ = ["ACTOR", "BROKEN", "MET", "Change", "Comparison", "by_metric", "compare", "recompute"]
