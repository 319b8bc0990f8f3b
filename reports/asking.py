"""Works a report out of the store: which question is asked of which period, and in what order it is told. Renders nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Report
from reports.period import Period
from reports.queries.backlog import backlog_figures
from reports.queries.clocks import clock_figures
from reports.queries.local_time import bounds
from reports.queries.messages import arrivals, lag_figures
from reports.queries.pictures import DRAWN, distribution, trend
from reports.queries.reopened import reopened_figures
from reports.queries.scope import Scope
from reports.queries.waits import wait_figures, waiting_now
from reports.queries.worst import worst
from reports.wanted import METRICS, By, Named, Wanted, narrowed, sees_everybody
from router.house import House
from ventanilla.store.engine import Store, in_our_words
from ventanilla.words import Metric

_POSTGRESQL = ("SET LOCAL work_mem = '64MB'", "SET LOCAL jit = off")
"""For this transaction alone: what is sorted stays in the server's memory up to this much, and nothing is compiled for one use."""
NOW_ONLY = (Named.WAITING_NOW, Named.BACKLOG)
"""Gauges: they have no period, and so none before it."""


def make_report(store: Store, house: House, wanted: Wanted, *, now: datetime, seen_by: str | None = None) -> Report:
    """The figures of the days that are wanted, as of `now` (UTC), all of one moment of the store. Reads only.

    The books are brought up to date first by whoever calls (`router.timekeeping.keeper.catch_up`). `seen_by` is the key of the
    person who looks; None is whoever runs the machine. Raises Conflict where they may not see what is asked for, BadInput for a
    stranger. Memory does not grow with the number of messages: percentiles are picked by the database.
    """
    asked = narrowed(wanted, house, seen_by)
    period = Period(asked.start, asked.end)
    with _one_moment(store) as connection:
        scope = _scope(store, house, asked, period, now=now)
        figures, buckets = _figures(connection, scope)
        earlier = replace(asked, metrics=tuple(each for each in asked.metrics if each not in NOW_ONLY))
        before = _figures(connection, _scope(store, house, earlier, period.before, now=now))[0] if asked.before else ()
        report = Report(
            start=period.start,
            end=period.end,
            by=asked.by or "",
            by_end=asked.by_end,
            figures=figures,
            before=before,
            worst=worst(connection, scope),
            backlog=buckets,
            made_at=now,
            zone=house.config.service.timezone,
            only=asked.only,
        )
        report = _with_pictures(connection, scope, report) if asked.pictures else report
    return _without_names(report, house, seen_by)


def _scope(store: Store, house: House, wanted: Wanted, period: Period, *, now: datetime) -> Scope:
    as_of = min(now, bounds(period, house.zone())[1]) if wanted.by_end else now
    return Scope(wanted=wanted, house=house, period=period, now=now, as_of=as_of, is_sqlite=store.is_sqlite)


def _figures(connection: sa.Connection, scope: Scope) -> tuple[tuple[Figure, ...], tuple[tuple[str, int], ...]]:
    found: list[Figure] = []
    buckets: tuple[tuple[str, int], ...] = ()
    for metric in METRICS:
        if metric not in scope.wanted.metrics:
            continue
        match metric:
            case Named.INGEST_LAG:
                figures = lag_figures(connection, scope)
            case Named.WAITING_NOW:
                figures = waiting_now(connection, scope)
            case Named.CUSTOMER_WAIT:
                figures = wait_figures(connection, scope)
            case Named.REOPENED:
                figures = reopened_figures(connection, scope)
            case Named.BACKLOG:
                figures, buckets = backlog_figures(connection, scope)
            case _:
                figures = clock_figures(connection, scope, Metric(metric))
        found += sorted(figures, key=lambda figure: _place(figure.group, scope.wanted.by))
    return tuple(found), buckets


def _place(group: str, by: By | None) -> tuple[int, str]:
    """Hours and weekdays by their number, everything else by its name."""
    return (int(group or -1), "") if by in (By.HOUR, By.WEEKDAY) else (0, group)


def _with_pictures(connection: sa.Connection, scope: Scope, report: Report) -> Report:
    drawn = [metric for metric in DRAWN if Named(metric) in scope.wanted.metrics]
    return replace(
        report,
        arrivals=arrivals(connection, scope),
        trend=tuple(point for metric in drawn for point in trend(connection, scope, metric)),
        distribution=tuple(bar for metric in drawn for bar in distribution(connection, scope, metric)),
        backlog=report.backlog or backlog_figures(connection, scope)[1],
    )


def _without_names(report: Report, house: House, seen_by: str | None) -> Report:
    """The worst cases without whose they are, for somebody who may not see their colleagues' figures."""
    if seen_by is None or sees_everybody(house, seen_by):
        return report
    return replace(
        report, worst=tuple(each if each.owner == seen_by else replace(each, owner="") for each in report.worst)
    )


@contextmanager
def _one_moment(store: Store) -> Iterator[sa.Connection]:
    """As Store.read; on SQLite what is sorted spills into a file that is gone afterwards, instead of into memory."""
    if not store.is_sqlite:
        with store.read() as connection:
            for setting in _POSTGRESQL:
                connection.exec_driver_sql(setting)
            yield connection
        return
    with in_our_words(), store.engine.connect() as connection:
        raw: Any = connection.connection.driver_connection  # the pragma is refused inside a transaction
        raw.execute("PRAGMA temp_store = FILE")
        try:
            with connection.begin():
                yield connection
        finally:
            raw.execute("PRAGMA temp_store = MEMORY")
