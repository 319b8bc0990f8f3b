"""Resolutions that did not hold: what share was reopened within so many days. Knows nothing of how long anybody waited."""

from __future__ import annotations

from array import array
from collections import defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure
from reports.queries.ranks import Counted, spread_of, spreads
from reports.queries.scope import GONE, Scope
from ventanilla.store.tables import clocks
from ventanilla.words import Ended, Metric

_MICROSECOND = timedelta(microseconds=1)


def reopened_figures(connection: sa.Connection, scope: Scope) -> list[Figure]:
    """Of what was resolved in the period (always by its resolution's day): `out_of` resolutions, `count` of them reopened in time,
    `share` percent. `still_open` are those that may yet be reopened in time; later ones are in `otherwise`."""
    group = scope.group().label("g")
    where = (clocks.c.metric == Metric.REOPENED, scope.began(), *scope.narrowing())
    in_time = (clocks.c.ended == Ended.REOPENED) & (clocks.c.elapsed <= _allowed(scope))
    there = sa.or_(clocks.c.ended.is_(None), clocks.c.ended.not_in(GONE))
    late = (clocks.c.ended == Ended.REOPENED) & (clocks.c.elapsed > _allowed(scope))
    totals = sa.select(group, sa.func.count(), sa.func.count().filter(late)).where(*where, there)
    rows = sa.select(group, clocks.c.elapsed, clocks.c.business).where(*where, in_time).subquery()
    counted = spreads(connection, rows, ("elapsed", "business"), grouped=scope.is_grouped)
    ages = _may_yet(connection, scope)
    return [
        _figure(each, counted.get(each, Counted()), out_of, later, ages.get(each, array("d")))
        for each, out_of, later in connection.execute(totals.group_by(sa.literal_column("g")))
    ]


def _figure(group: str, counted: Counted, out_of: int, later: int, ages: array[float]) -> Figure:
    return Figure(
        group=group,
        metric=Metric.REOPENED.value,
        count=counted.count,
        elapsed=counted.spread("elapsed"),
        business=counted.spread("business"),
        still_open=len(ages),
        open_ages=spread_of(sorted(ages)),
        otherwise={"reopened_later": later} if later else None,
        out_of=out_of,
        share=100 * counted.count / out_of if out_of else None,
    )


def _may_yet(connection: sa.Connection, scope: Scope) -> dict[str, array[float]]:
    """Ages of resolutions whose days are not over; as many as a house resolves in that time, whatever its history."""
    query = sa.select(scope.group().label("g"), clocks.c.started_at, clocks.c.team).where(
        clocks.c.metric == Metric.REOPENED,
        scope.still(),
        clocks.c.stopped_at.is_(None),
        clocks.c.started_at > scope.now - _longest(scope),
        *scope.narrowing(),
    )
    ages: dict[str, array[float]] = defaultdict(lambda: array("d"))
    for group, started_at, team in connection.execute(query.execution_options(yield_per=500)):
        if scope.now - started_at <= _within(scope, team):
            ages[group].append((scope.now - started_at).total_seconds())
    return ages


def _within(scope: Scope, team: str) -> timedelta:
    return scope.wanted.reopened_within or scope.house.reopen_within(team)


def _longest(scope: Scope) -> timedelta:
    return max((_within(scope, team) for team in scope.house.config.teams), default=timedelta(0))


def _allowed(scope: Scope) -> sa.ColumnElement[Any]:
    """So many microseconds, by the row's team; none where its team is gone from the house."""
    teams = {team: _within(scope, team) // _MICROSECOND for team in scope.house.config.teams}
    if scope.wanted.reopened_within is not None or not teams:
        return sa.literal((scope.wanted.reopened_within or timedelta(0)) // _MICROSECOND, sa.BigInteger)
    whens = [(clocks.c.team == team, sa.literal(length, sa.BigInteger)) for team, length in teams.items()]
    return sa.case(*whens, else_=sa.literal(0, sa.BigInteger))
