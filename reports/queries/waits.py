"""How long customers waited: the sum of a case's turns, or of the share that each owner had; and who waits at this moment."""

from __future__ import annotations

from array import array
from collections import defaultdict
from typing import Any

import sqlalchemy as sa

from reports.figures import Figure, Spread
from reports.queries.ranks import SECOND, Counted, kept, spread_of, spreads
from reports.queries.running import Running, running
from reports.queries.scope import GONE, Scope
from ventanilla.clocks.calendar import ALWAYS, Calendar
from ventanilla.store.tables import clocks
from ventanilla.words import Metric

METRIC = Metric.CUSTOMER_WAIT
RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)


def wait_figures(connection: sa.Connection, scope: Scope) -> list[Figure]:
    """A row a case and group: all of its turns that are over count, however they ended. A case whose customer still waits is open
    and not yet counted; its age is what it has waited so far, earlier turns too."""
    still: dict[tuple[str, int], float] = defaultdict(float)
    overdue: dict[str, int] = defaultdict(int)
    for row in running(connection, scope, METRIC):
        still[row.group, row.conversation_id] += row.age
        overdue[row.group] += row.late
    with kept(connection, _sums(scope)) as sums:
        counted = spreads(connection, sums, ("elapsed", "business"), grouped=scope.is_grouped)
    if still:
        _add_earlier_turns(connection, scope, still)
    ages: dict[str, array[float]] = defaultdict(lambda: array("d"))
    for (group, _), age in still.items():
        ages[group].append(age)
    return [
        _figure(group, METRIC, counted.get(group, Counted()), ages[group], overdue[group])
        for group in dict.fromkeys((*counted, *ages))
    ]


def waiting_now(connection: sa.Connection, scope: Scope) -> list[Figure]:
    """Every customer who waits at this moment, whenever they began to: a gauge. Business time by each promise's own calendar."""
    ages: dict[str, array[float]] = defaultdict(lambda: array("d"))
    open_hours: dict[str, array[float]] = defaultdict(lambda: array("d"))
    overdue: dict[str, int] = defaultdict(int)
    for row in running(connection, scope, *RESPONSES, ever=True):
        ages[row.group].append(row.age)
        open_hours[row.group].append(business_age(scope, row))
        overdue[row.group] += row.late
    return [
        Figure(
            group=group,
            metric="waiting_now",
            count=len(each),
            elapsed=spread_of(sorted(each)),
            business=spread_of(sorted(open_hours[group])),
            still_open=len(each),
            overdue=overdue[group],
            open_ages=spread_of(sorted(each)),
        )
        for group, each in ages.items()
    ]


def business_age(scope: Scope, row: Running) -> float:
    """The open hours that a running clock has seen, in seconds."""
    return calendar_of(scope, row.calendar).open_between(row.started_at, scope.as_of).total_seconds()


def calendar_of(scope: Scope, name: str | None) -> Calendar:
    """The calendar of that name; one that the house no longer has counts as open always."""
    return scope.house.calendar(name) if name in scope.house.config.calendars else ALWAYS


def _sums(scope: Scope) -> sa.Select[Any]:
    """The turns of each case summed, of those cases that have no turn open in the group."""
    query = _turns(scope)
    return query if scope.wanted.by_end else query.having(sa.func.count(clocks.c.elapsed) == sa.func.count())


def _turns(scope: Scope) -> sa.Select[Any]:
    query = sa.select(
        scope.group(by_end=scope.wanted.by_end).label("g"),
        clocks.c.conversation_id,
        sa.cast(sa.func.sum(clocks.c.elapsed), sa.BigInteger).label("elapsed"),
        sa.cast(sa.func.sum(clocks.c.business), sa.BigInteger).label("business"),
    ).where(
        clocks.c.metric == METRIC,
        scope.counted(),
        sa.or_(clocks.c.ended.is_(None), clocks.c.ended.not_in(GONE)),
        *scope.narrowing(),
    )
    return query.group_by(*([sa.literal_column("g")] if scope.is_grouped else []), clocks.c.conversation_id)


def _add_earlier_turns(connection: sa.Connection, scope: Scope, still: dict[tuple[str, int], float]) -> None:
    open_cases = sa.select(clocks.c.conversation_id).where(clocks.c.metric == METRIC, clocks.c.stopped_at.is_(None))
    query = _turns(scope).where(clocks.c.conversation_id.in_(open_cases))
    for group, conversation, elapsed, _ in connection.execute(query):
        if (group, conversation) in still:
            still[group, conversation] += (elapsed or 0) / SECOND


def _figure(group: str, metric: Metric, counted: Counted, ages: Any, overdue: int) -> Figure:
    return Figure(
        group=group,
        metric=metric,
        count=counted.count,
        elapsed=counted.spread("elapsed"),
        business=counted.spread("business"),
        still_open=len(ages),
        overdue=overdue,
        open_ages=spread_of(sorted(ages)) if ages else Spread(),
    )
