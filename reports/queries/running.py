"""Clocks that still run: so few, next to those that ended, that a report reads them one by one. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from reports.queries.scope import OWNER, Scope
from reports.wanted import By
from ventanilla.store.tables import clocks, conversations
from ventanilla.words import Metric


class Running(NamedTuple):
    """One running clock of a group. `late`: it was due before `as_of`."""

    group: str
    metric: str
    conversation_id: int
    started_at: datetime
    due_at: datetime | None
    promise: str | None
    target: int | None
    within: int | None
    calendar: str | None
    late: bool
    age: float


def running(connection: sa.Connection, scope: Scope, *metrics: Metric, ever: bool = False) -> Iterator[Running]:
    """What of these metrics ran at the scope's moment. Counted by their start only what began in the period, unless `ever`."""
    where = [clocks.c.metric.in_(metrics), *scope.narrowing(OWNER)]
    if scope.as_of < scope.now:
        stopped_later = (clocks.c.end_day >= scope.period.end.isoformat()) & (clocks.c.stopped_at > scope.as_of)
        where += [clocks.c.started_at <= scope.as_of, sa.or_(clocks.c.stopped_at.is_(None), stopped_later)]
    else:
        where.append(clocks.c.stopped_at.is_(None))
    if not (ever or scope.wanted.by_end):
        where.append(scope.still())
    query = sa.select(
        _group(scope).label("g"),
        *clocks.c["metric", "conversation_id", "started_at", "due_at", "promise", "target", "within", "calendar"],
    ).select_from(clocks.join(conversations, conversations.c.id == clocks.c.conversation_id))
    for row in connection.execute(query.where(*where).execution_options(yield_per=500)):
        yield _seen(row, scope)


def overdue(
    connection: sa.Connection, scope: Scope, metric: Metric
) -> Iterator[tuple[str, tuple[str | None, int | None, int | None], int]]:
    """How many of those that run and began in the period are late now, counted by the store: group, (promise, target, within), how
    many. For who wants no ages, and asks each minute."""
    terms = clocks.c["promise", "target", "within"]
    query = (
        sa.select(scope.group().label("g"), *terms, sa.func.count().label("late"))
        .where(clocks.c.metric == metric, clocks.c.stopped_at.is_(None), scope.still(), clocks.c.due_at < scope.now)
        .where(*scope.narrowing())
    )
    for row in connection.execute(query.group_by(sa.literal_column("g"), *terms)):
        yield row.g, (row.promise, row.target, row.within), row.late


def _group(scope: Scope) -> sa.ColumnElement[Any]:
    """What has not ended has no day or hour at which it ended."""
    ends = scope.wanted.by_end and scope.wanted.by in (By.DAY, By.HOUR, By.WEEKDAY)
    return sa.literal_column("''") if ends else scope.group(agent=OWNER)


def _seen(row: Any, scope: Scope) -> Running:
    late = row.due_at is not None and row.due_at < scope.as_of
    return Running._make((*row, late, (scope.as_of - row.started_at).total_seconds()))
