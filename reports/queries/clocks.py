"""The metrics that are one row of `clocks` each: their spreads, what was in time, how else they ended, what still runs."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Level, Spread
from reports.queries.ranks import SECOND, Counted, count_groups, fill_in, nearest_rank, pick, spread_of, usual_ranks
from reports.queries.running import overdue, running
from reports.queries.scope import MET, Scope, decided
from ventanilla.store.tables import clocks
from ventanilla.words import Metric

RESOLUTIONS = (Metric.FIRST_RESOLUTION, Metric.FULL_RESOLUTION)
"""Those that say how long it took without the time waiting on the customer too."""
BY_DATE = (Metric.LEGAL, Metric.TIME_TO_ACCEPT)
"""Those that may be due without a length of time that was promised."""
Terms = tuple[str | None, int | None, int | None]
"""promise, target (percent), within (microseconds)."""


@dataclass(slots=True)
class Judged:
    """Of those promised the same: how many ended as they should, how many in time, how many were decided at all."""

    done: int = 0
    met: int = 0
    decided: int = 0


@dataclass(slots=True)
class Tally:
    """What is known of one group so far."""

    counted: Counted = field(default_factory=Counted)
    otherwise: dict[str, int] = field(default_factory=dict)
    judged: dict[Terms, Judged] = field(default_factory=lambda: defaultdict(Judged))
    normal: dict[Terms, float] = field(default_factory=dict)
    ages: array[float] = field(default_factory=lambda: array("d"))
    overdue: int = 0


def clock_figures(connection: sa.Connection, scope: Scope, metric: Metric) -> list[Figure]:
    """One metric's figures, a group each."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    _count_otherwise(connection, scope, metric, tallies)
    _judge(connection, scope, metric, tallies)
    for row in running(connection, scope, metric):
        _count_running(tallies[row.group], row)
    _measure(connection, scope, metric, tallies)
    return [_figure(group, metric, tally) for group, tally in tallies.items()]


def judge_groups(connection: sa.Connection, scope: Scope, metric: Metric) -> dict[str, dict[Terms, Judged]]:
    """What was promised in each group and what became of it, as `clock_figures` has it of what began in the period, and no more:
    two questions, and nothing is read that the store can count. By no agent: whose a running clock is, is not asked."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    _judge(connection, scope, metric, tallies)
    for group, terms, late in overdue(connection, scope, metric):
        tallies[group].judged[terms].decided += late
    return {group: tally.judged for group, tally in tallies.items()}


def in_time(judged: Iterable[Judged]) -> tuple[float | None, int]:
    """The percentage in time of all that were decided (None: nothing was), and how many those are."""
    over = met = 0
    for each in judged:
        over, met = over + each.decided, met + each.met
    return (100 * met / over if over else None), over


def levels_of(judged: dict[Terms, Judged]) -> list[tuple[Terms, Judged]]:
    """Those for which a percentage within a time was promised."""
    return [(terms, each) for terms, each in judged.items() if terms[0] and terms[1] and terms[2]]


def _ended(scope: Scope, metric: Metric) -> list[sa.ColumnElement[bool]]:
    return [clocks.c.metric == metric, scope.counted(), clocks.c.ended.is_not(None), *scope.narrowing()]


def _group(scope: Scope) -> sa.ColumnElement[Any]:
    return scope.group(by_end=scope.wanted.by_end).label("g")


def _count_otherwise(connection: sa.Connection, scope: Scope, metric: Metric, tallies: dict[str, Tally]) -> None:
    query = sa.select(_group(scope), clocks.c.ended, sa.func.count()).where(
        *_ended(scope, metric), clocks.c.ended.not_in(MET)
    )
    for group, ended, count in connection.execute(query.group_by(sa.literal_column("g"), clocks.c.ended)):
        tallies[group].otherwise[ended] = count


def _judge(connection: sa.Connection, scope: Scope, metric: Metric, tallies: dict[str, Tally]) -> None:
    """Whoever was never answered is in the denominator, and never in time, nor is what was found to need no answer too late; what
    was merged, split or spam is in neither."""
    promised: sa.ColumnElement[bool] = clocks.c.within.is_not(None)
    if metric in BY_DATE:
        promised = promised | clocks.c.due_at.is_not(None)
    terms = (clocks.c.promise, clocks.c.target, clocks.c.within)
    done = clocks.c.ended.in_(MET)
    in_time = sa.case(
        (clocks.c.due_at.is_not(None), clocks.c.stopped_at <= clocks.c.due_at),
        else_=clocks.c.business <= clocks.c.within,
    )
    query = sa.select(
        _group(scope), *terms, sa.func.count(), sa.func.count().filter(done), sa.func.count().filter(done & in_time)
    ).where(*_ended(scope, metric), promised, decided())
    for group, promise, target, within, *counts in connection.execute(query.group_by(sa.literal_column("g"), *terms)):
        over, finished, met = counts
        tallies[group].judged[promise, target, within] = Judged(finished, met, over)


def _count_running(tally: Tally, row: Any) -> None:
    tally.ages.append(row.age)
    tally.overdue += row.late
    if row.late:
        tally.judged[row.promise, row.target, row.within].decided += 1


def _measure(connection: sa.Connection, scope: Scope, metric: Metric, tallies: dict[str, Tally]) -> None:
    net = [(clocks.c.elapsed - clocks.c.paused).label("net")] if metric in RESOLUTIONS else []
    rows = (
        sa.select(_group(scope), clocks.c.elapsed, clocks.c.business, *net)
        .where(*_ended(scope, metric), clocks.c.ended.in_(MET))
        .subquery()
    )
    columns = ("elapsed", "business", *(["net"] if net else []))
    counted = count_groups(connection, rows, columns, grouped=scope.is_grouped)
    for group, each in counted.items():
        tallies[group].counted = each
    alone = {group: tally for group, tally in tallies.items() if _has_one_level(tally)}
    for column in columns:
        ranks = usual_ranks(counted)
        if column == "business":
            for group, tally in alone.items():
                ranks[group] |= _normal_ranks(tally).keys()
        fill_in(connection, rows, column, counted, ranks, grouped=scope.is_grouped)
    for tally in alone.values():
        for rank, terms in _normal_ranks(tally).items():
            tally.normal[terms] = tally.counted.at["business", rank]
    _normal_of_several(connection, scope, metric, {group: one for group, one in tallies.items() if group not in alone})


def _has_one_level(tally: Tally) -> bool:
    """Everything of the group was promised the same, so its business times in order are those of the level."""
    levels = levels_of(tally.judged)
    return len(levels) == 1 and levels[0][1].done == tally.counted.count > 0


def _normal_ranks(tally: Tally) -> dict[int, Terms]:
    """At which rank of those done the level's percentage of all that were decided is reached, where it is at all."""
    ranks = {
        nearest_rank(each.decided, terms[1] or 0): (terms, each)
        for terms, each in levels_of(tally.judged)
        if each.decided
    }
    return {rank: terms for rank, (terms, each) in ranks.items() if rank <= each.done}


def _normal_of_several(connection: sa.Connection, scope: Scope, metric: Metric, tallies: dict[str, Tally]) -> None:
    places: dict[Any, list[int]] = {}
    for group, tally in tallies.items():
        for terms, each in levels_of(tally.judged):
            rank = nearest_rank(each.decided, terms[1] or 0)
            if each.decided and rank <= each.done:
                places[group, *terms] = [rank]
    if not places:
        return
    keys = ("g", "promise", "target", "within")
    rows = sa.select(_group(scope), *(clocks.c[key] for key in (*keys[1:], "business"))).where(
        *_ended(scope, metric), clocks.c.ended.in_(MET), clocks.c.promise.is_not(None)
    )
    for (group, promise, target, within, _), value in pick(
        connection, rows.subquery(), "business", places, keys=keys
    ).items():
        tallies[group].normal[promise, target, within] = value


def _figure(group: str, metric: Metric, tally: Tally) -> Figure:
    share, over = in_time(tally.judged.values())
    counted = tally.counted
    return Figure(
        group=group,
        metric=metric.value,
        count=counted.count,
        elapsed=counted.spread("elapsed"),
        business=counted.spread("business"),
        net=counted.spread("net") if metric in RESOLUTIONS else Spread(),
        within_target=share,
        promised=over,
        still_open=len(tally.ages),
        overdue=tally.overdue,
        open_ages=spread_of(sorted(tally.ages)),
        otherwise=dict(sorted(tally.otherwise.items())) or None,
        levels=tuple(
            _level(terms, each, tally) for terms, each in sorted(levels_of(tally.judged), key=lambda one: str(one[0]))
        ),
    )


def _level(terms: Terms, each: Judged, tally: Tally) -> Level:
    promise, target, within = terms
    return Level(
        promise=promise or "",
        target=target or 0,
        within=(within or 0) / SECOND,
        count=each.decided,
        within_target=100 * each.met / each.decided if each.decided else None,
        normal=tally.normal.get(terms),
    )
