"""Works a report out of the store: which question is asked of which period, and in what order it is told. Renders nothing."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Report
from reports.moment import Moment, one_moment
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
from ventanilla.store.engine import Store
from ventanilla.words import Metric

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
    with one_moment(store) as moment:
        scope = _scope(store, house, asked, period, now=now)
        lying = moment.ask(partial(_backlog, scope=scope))
        figures = _figures(moment, scope)
        earlier = replace(asked, metrics=tuple(each for each in asked.metrics if each not in NOW_ONLY))
        before = _figures(moment, _scope(store, house, earlier, period.before, now=now)) if asked.before else []
        slowest = moment.ask(partial(worst, scope=scope))
        drawn = _pictures(moment, scope) if asked.pictures else {}
        report = Report(
            start=period.start,
            end=period.end,
            by=asked.by or "",
            by_end=asked.by_end,
            figures=_in_order([*(each.result() for each in figures), lying.result()[0]], asked.by),
            before=_in_order([each.result() for each in before], asked.by),
            worst=slowest.result(),
            backlog=lying.result()[1],
            made_at=now,
            zone=house.config.service.timezone,
            only=asked.only,
            **{name: tuple(each for part in parts for each in part.result()) for name, parts in drawn.items()},
        )
    return _without_names(report, house, seen_by)


def _scope(store: Store, house: House, wanted: Wanted, period: Period, *, now: datetime) -> Scope:
    as_of = min(now, bounds(period, house.zone())[1]) if wanted.by_end else now
    return Scope(wanted=wanted, house=house, period=period, now=now, as_of=as_of, is_sqlite=store.is_sqlite)


def _figures(moment: Moment, scope: Scope) -> list[Future[list[Figure]]]:
    """Each metric that is wanted, in the order in which a report shows them, but for the backlog, which comes last."""
    return [
        moment.ask(partial(_of_metric, scope=scope, metric=each))
        for each in METRICS
        if each in scope.wanted.metrics and each is not Named.BACKLOG
    ]


def _of_metric(connection: sa.Connection, scope: Scope, metric: Named) -> list[Figure]:
    match metric:
        case Named.INGEST_LAG:
            return lag_figures(connection, scope)
        case Named.WAITING_NOW:
            return waiting_now(connection, scope)
        case Named.CUSTOMER_WAIT:
            return wait_figures(connection, scope)
        case Named.REOPENED:
            return reopened_figures(connection, scope)
        case _:
            return list(clock_figures(connection, scope, Metric(metric)))


def _backlog(connection: sa.Connection, scope: Scope) -> tuple[list[Figure], tuple[tuple[str, int], ...]]:
    """Its figures where they are wanted, and its ages for them and for the plot: the open cases are looked through once."""
    wanted = Named.BACKLOG in scope.wanted.metrics
    if not wanted and not scope.wanted.pictures:
        return [], ()
    figures, ages = backlog_figures(connection, scope)
    return figures if wanted else [], ages


def _in_order(figures: Sequence[Sequence[Figure]], by: By | None) -> tuple[Figure, ...]:
    return tuple(one for part in figures for one in sorted(part, key=lambda figure: _place(figure.group, by)))


def _place(group: str, by: By | None) -> tuple[int, str]:
    """Hours and weekdays by their number, everything else by its name."""
    return (int(group or -1), "") if by in (By.HOUR, By.WEEKDAY) else (0, group)


def _pictures(moment: Moment, scope: Scope) -> dict[str, list[Future[Any]]]:
    """What only plots need, by its name in a report."""
    drawn = [metric for metric in DRAWN if Named(metric) in scope.wanted.metrics]
    return {
        "arrivals": [moment.ask(partial(arrivals, scope=scope))],
        "trend": [moment.ask(partial(trend, scope=scope, metric=metric)) for metric in drawn],
        "distribution": [moment.ask(partial(distribution, scope=scope, metric=metric)) for metric in drawn],
    }


def _without_names(report: Report, house: House, seen_by: str | None) -> Report:
    """The worst cases without whose they are, for somebody who may not see their colleagues' figures."""
    if seen_by is None or sees_everybody(house, seen_by):
        return report
    return replace(
        report, worst=tuple(each if each.owner == seen_by else replace(each, owner="") for each in report.worst)
    )
