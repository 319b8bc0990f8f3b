"""What only plots need: day by day, and how the lengths are distributed. Knows no plot."""

from __future__ import annotations

import math
from typing import Any

import sqlalchemy as sa

from reports.queries.ranks import SECOND, nearest_rank, pick
from reports.queries.scope import MET, Scope
from ventanilla.store.tables import clocks
from ventanilla.words import Metric

DRAWN = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE, Metric.FIRST_RESOLUTION)
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
BOUNDS = (
    30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 15 * _MINUTE, 30 * _MINUTE, _HOUR, 2 * _HOUR, 4 * _HOUR,
    8 * _HOUR, 12 * _HOUR, _DAY, 2 * _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY,
)  # fmt: skip
"""Upper ends of the ranges, in seconds, included; the last range has none."""


def trend(
    connection: sa.Connection, scope: Scope, metric: Metric
) -> list[tuple[str, str, float | None, float | None, int]]:
    """(day, metric, p50, p90, count) of each day of the period that has any, in seconds elapsed."""
    day = (clocks.c.end_day if scope.wanted.by_end else clocks.c.day).label("g")
    rows = sa.select(day, clocks.c.elapsed).where(*_done(scope, metric)).subquery()
    counted = sa.select(rows.c.g, sa.func.count()).group_by(rows.c.g)
    counts = {group: count for group, count in connection.execute(counted)}  # noqa: C416  rows are no pairs to mypy
    ranks = {g: (nearest_rank(count, 50), nearest_rank(count, 90)) for g, count in counts.items()}
    if not counts:
        return []
    found = pick(connection, rows, "elapsed", ranks)
    return [
        (g, metric.value, found[g, ranks[g][0]], found[g, ranks[g][1]], count) for g, count in sorted(counts.items())
    ]


def distribution(connection: sa.Connection, scope: Scope, metric: Metric) -> list[tuple[str, float, int]]:
    """(metric, upper end of the range in seconds, count), every range up to the last that has any; ∞ for the open one."""
    several = [sa.func.count().filter(clocks.c.elapsed <= bound * SECOND) for bound in BOUNDS]
    row = connection.execute(sa.select(*several, sa.func.count()).where(*_done(scope, metric))).one()
    if not row[-1]:
        return []
    upto = [0, *row]
    ranges = [(bound, upto[i + 1] - upto[i]) for i, bound in enumerate((*map(float, BOUNDS), math.inf))]
    last = max(i for i, (_, count) in enumerate(ranges) if count)
    return [(metric.value, bound, count) for bound, count in ranges[: last + 1]]


def _done(scope: Scope, metric: Metric) -> list[Any]:
    return [clocks.c.metric == metric, scope.counted(), clocks.c.ended.in_(MET), *scope.narrowing()]
