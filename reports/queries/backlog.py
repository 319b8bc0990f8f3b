"""The cases that are open now, by how old they are. So few, next to all there ever were, that they are read one by one."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Spread
from reports.queries.ranks import spread_of
from reports.queries.scope import Scope
from reports.wanted import By
from ventanilla.store.tables import conversations
from ventanilla.words import OWNED_STATES

BACKLOG = "backlog"
BUCKETS = (("0-1d", 1), ("1-3d", 3), ("3-7d", 7), ("7-14d", 14), ("14-30d", 30), ("30d+", None))
"""Ages in days, the upper end not included."""
_DAY = 86_400


def backlog_figures(connection: sa.Connection, scope: Scope) -> tuple[list[Figure], tuple[tuple[str, int], ...]]:
    """Open cases by group, and all of them by age. Whatever the period is: it is what lies there now."""
    ages: dict[str, array[float]] = defaultdict(lambda: array("d"))
    overdue: Counter[str] = Counter()
    buckets: Counter[str] = Counter()
    for group, since, due_at in _open(connection, scope):
        age = (scope.now - since).total_seconds()
        ages[group].append(age)
        overdue[group] += due_at is not None and due_at < scope.now
        buckets[bucket(age)] += 1
    figures = [_figure(group, each, overdue[group]) for group, each in ages.items()]
    return figures, tuple((name, buckets[name]) for name, _ in BUCKETS)


def bucket(age: float) -> str:
    """The bucket of an age in seconds."""
    return next(name for name, days in BUCKETS if days is None or age < days * _DAY)


def _figure(group: str, ages: array[float], overdue: int) -> Figure:
    spread = spread_of(sorted(ages))
    return Figure(
        group=group,
        metric=BACKLOG,
        count=len(ages),
        elapsed=spread,
        business=Spread(),
        still_open=len(ages),
        overdue=overdue,
        open_ages=spread,
    )


def _open(connection: sa.Connection, scope: Scope) -> Iterator[tuple[str, datetime, datetime | None]]:
    wanted, c = scope.wanted, conversations.c
    pairs = ((c.channel, wanted.channel), (c.team, wanted.team), (c.owner, wanted.agent), (c.kind, wanted.kind))
    query = sa.select(
        *c["first_message_at", "next_due_at", "channel", "team", "owner", "kind", "priority", "promise"]
    ).where(c.state.in_(OWNED_STATES), *(column == value for column, value in pairs if value is not None))
    for row in connection.execute(query.execution_options(yield_per=500)):
        yield _group(scope, row), row.first_message_at, row.next_due_at


def _group(scope: Scope, row: Any) -> str:
    began = row.first_message_at.astimezone(scope.house.zone())
    match scope.wanted.by:
        case None:
            return ""
        case By.DAY:
            return str(began.date().isoformat())
        case By.HOUR:
            return str(began.hour)
        case By.WEEKDAY:
            return str(began.weekday())
        case By.AGENT:
            return str(row.owner)
        case by:
            return str(getattr(row, by) or "")
