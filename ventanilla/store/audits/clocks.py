"""Clocks are what the log says, and cases are due when their clocks are. What the bookkeeper has not come to yet is left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.measures.fold import stretches
from ventanilla.measures.life import TIMED
from ventanilla.measures.stretch import Stretch
from ventanilla.store.audits.counting import count, rows_with, surplus
from ventanilla.store.clocks import clock_rows, timed_events, told_events
from ventanilla.store.tables import bookkeeping, clocks, conversations, events, seals
from ventanilla.words import EventKind, Metric

_MOST = 1_000
"""Cases that are worked out afresh by one audit; of more, every so-manieth is."""
_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
_RUNS = (clocks.c.conversation_id == conversations.c.id) & clocks.c.stopped_at.is_(None)
_ITS_ROW = clocks.c.conversation_id == conversations.c.id
_SEALED = rows_with(seals, seals.c.event_id == events.c.id)
_UNREAD = rows_with(events, events.c.conversation_id == conversations.c.id, events.c.kind.in_(TIMED), ~_SEALED)


def clocks_differ_from_events(connection: sa.Connection) -> int:
    """A case's clocks start, stop and are credited as its events say (of many cases, a sample)."""
    sample = _sample(connection)
    found, rows = timed_events(connection, sample), clock_rows(connection, sample)
    return sum(not _agree(stretches(found.get(case_id, ())), rows.get(case_id, {})) for case_id in sample)


def due_time_not_in_log(connection: sa.Connection) -> int:
    """A due time is the one that the log was last told of (of many cases, a sample)."""
    sample = _sample(connection)
    told, rows = told_events(connection, sample), clock_rows(connection, sample)
    return sum(
        row.due_at is not None and row.due_at != _last_due(told.get(case_id, ()), row)
        for case_id in sample
        for row in rows.get(case_id, {}).values()
    )


def due_time_differs_from_clock(connection: sa.Connection) -> int:
    """A case is due when the clock of its open turn is, and comes up next when the nearest of its clocks does."""
    response = sa.select(clocks.c.due_at).where(_RUNS, clocks.c.metric.in_(_RESPONSES)).scalar_subquery()
    nearest = sa.select(sa.func.min(clocks.c.due_at)).where(_RUNS).scalar_subquery()
    differs = conversations.c.due_at.is_distinct_from(response) | conversations.c.next_due_at.is_distinct_from(nearest)
    again = _left(connection)
    return count(
        connection,
        conversations,
        differs,
        rows_with(clocks, _ITS_ROW),
        ~_UNREAD,
        conversations.c.id.not_in(again),
    )


def promise_told_twice(connection: sa.Connection) -> int:
    """A warning and a breach are recorded once for each moment that a clock came to."""
    what = (events.c.data[name].as_string() for name in ("metric", "number", "name"))
    told = events.c.kind.in_((EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED))
    return surplus(connection, events, events.c.conversation_id, events.c.kind, events.c.at, *what, among=told)


def _sample(connection: sa.Connection) -> list[int]:
    """Cases that have clocks or should, and of which the books know all; evenly spread."""
    total = connection.scalar(sa.select(sa.func.max(conversations.c.id))) or 0
    step = max(1, -(-total // _MOST))
    opened = rows_with(events, events.c.conversation_id == conversations.c.id, events.c.kind == EventKind.CASE_OPENED)
    query = sa.select(conversations.c.id).where(conversations.c.id % step == 0, opened, ~_UNREAD)
    left = set(_left(connection))
    return [case_id for case_id in connection.scalars(query.order_by(conversations.c.id)) if case_id not in left]


def _left(connection: sa.Connection) -> list[int]:
    """Cases that the bookkeeper could not look at, because somebody held them."""
    books = connection.scalar(sa.select(bookkeeping.c.data).where(bookkeeping.c.id == 1)) or {}
    return [int(case_id) for case_id in books.get("clocks_again", ())]


def _agree(told: Iterable[Stretch], rows: Mapping[tuple[str, int], Any]) -> bool:
    expected = {
        (one.metric, one.number): (one.started_at, one.stopped_at, one.ended, one.agent)
        for one in told
        if one.metric is not Metric.LEGAL
    }
    there = {
        place: (row.started_at, row.stopped_at, row.ended, row.agent)
        for place, row in rows.items()
        if row.metric != Metric.LEGAL
    }
    return expected == there


def _last_due(told: Iterable[Any], row: Any) -> datetime | None:
    last = None
    for event in told:
        data = event.data
        place = (data.get("metric"), data.get("number"), data.get("name") or "")
        if event.kind == EventKind.DUE_SET and place == (row.metric, row.number, row.name):
            last = datetime.fromisoformat(data["due_at"])
    return last
