"""What a live board shows of a day that is not over: how fast it is so far, hour by hour, and how the last days went.

Its figures are those that a report over the same days has, asked for more cheaply: a board asks each minute, in the process that
draws everybody's pages, so that whatever can be summed the store sums, and nothing is read row by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from reports.figures import Spread
from reports.period import Period
from reports.queries.clocks import Judged, Terms, in_time, judge_groups, levels_of
from reports.queries.messages import came
from reports.queries.ranks import SECOND, Counted, spreads
from reports.queries.scope import MET, Scope
from reports.wanted import By, Wanted
from router.house import House
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks
from ventanilla.words import Metric

DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """First responses of what came in on a day up to a time of day, in seconds."""

    count: int
    elapsed: Spread
    business: Spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """One hour of today on the house's wall: customers' messages that came in, customers' turns that were answered, and the median
    first response of what came in then (seconds; None: nothing answered)."""

    hour: int
    messages: int
    answers: int
    p50: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One of the last days: the percentage of promised first responses in time (None: none was promised), of how many."""

    day: date
    share: float | None
    promised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """All of it, as of `made_at`. `hours` are those of today until now, `days` the last 14 with today the last."""

    made_at: datetime
    so_far: SoFar
    before: SoFar
    within: float | None  # what is promised for a first response, in seconds of open time; None: nothing, or several
    hours: Sequence[Hour]
    days: Sequence[Day]


def look_at_today(store: Store, house: House, *, now: datetime, team: str = "", channel: str = "") -> Today:
    """The figures of today and of the days before it, all of one moment of the store. Reads only. Raises Temporary."""
    today = house.today(now)
    wanted = Wanted(start=today, end=today, by=By.HOUR, team=team or None, channel=channel or None)
    here = Scope(wanted=wanted, house=house, period=Period(today, today), now=now, as_of=now, is_sqlite=store.is_sqlite)
    lately = Period(today - timedelta(days=DAYS - 1), today)
    with store.read() as connection:
        judged = judge_groups(
            connection, replace(here, wanted=replace(wanted, by=By.DAY), period=lately), Metric.FIRST_RESPONSE
        )
        return Today(
            made_at=now,
            so_far=_so_far(connection, here, today),
            before=_yesterday(connection, here),
            within=_promised(judged.get(today.isoformat(), {})),
            hours=_hours(connection, here, today),
            days=_days(judged, lately),
        )


def same_time_yesterday(house: House, now: datetime) -> datetime:
    """The instant at which the clock on the wall showed this time a day ago."""
    wall = now.astimezone(house.zone())
    return (wall - timedelta(days=1)).astimezone(UTC)


def _promised(judged: dict[Terms, Judged]) -> float | None:
    """The one time that all of them were promised, in seconds."""
    found = {within / SECOND for (_, _, within), _ in levels_of(judged) if within is not None}
    return found.pop() if len(found) == 1 else None


def _hours(connection: sa.Connection, here: Scope, today: date) -> list[Hour]:
    messages = came(connection, here)
    medians = spreads(connection, _answered(here, today, here.group()), ("elapsed",), grouped=True)
    answers = _ended(connection, here, today)
    last = here.now.astimezone(here.house.zone()).hour
    return [
        Hour(
            hour=hour,
            messages=messages.get(str(hour), 0),
            answers=answers.get(hour, 0),
            p50=medians[str(hour)].spread("elapsed").p50 if str(hour) in medians else None,
        )
        for hour in range(last + 1)
    ]


def _ended(connection: sa.Connection, here: Scope, today: date) -> dict[int, int]:
    """Customers' turns that were answered today, by the hour of the answer."""
    turns = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
    query = sa.select(clocks.c.end_hour, sa.func.count()).where(
        clocks.c.metric.in_(turns),
        clocks.c.end_day == today.isoformat(),
        clocks.c.ended.in_(MET),
        *here.narrowing(),
    )
    return {int(hour): count for hour, count in connection.execute(query.group_by(clocks.c.end_hour))}


def _days(judged: Mapping[str, dict[Terms, Judged]], lately: Period) -> list[Day]:
    days = []
    for place in range(lately.days):
        day = lately.start + timedelta(days=place)
        share, promised = in_time(judged.get(day.isoformat(), {}).values())
        days.append(Day(day=day, share=share, promised=promised))
    return days


def _so_far(connection: sa.Connection, here: Scope, today: date) -> SoFar:
    """What came in today and was answered."""
    return _told(spreads(connection, _answered(here, today), ("elapsed", "business"), grouped=False).get(""))


def _yesterday(connection: sa.Connection, here: Scope) -> SoFar:
    """What came in yesterday and was answered by this time of day."""
    then = same_time_yesterday(here.house, here.now)
    rows = _answered(here, here.house.today(then), None, clocks.c.stopped_at <= then)
    return _told(spreads(connection, rows, ("elapsed", "business"), grouped=False).get(""))


def _answered(
    here: Scope, day: date, group: sa.ColumnElement[Any] | None = None, *more: sa.ColumnElement[bool]
) -> sa.Subquery:
    """First responses of what came in on a day, as `spreads` takes them: by the index of days alone."""
    g = sa.literal_column("''") if group is None else group
    query = sa.select(g.label("g"), clocks.c.elapsed, clocks.c.business).where(
        clocks.c.metric == Metric.FIRST_RESPONSE,
        clocks.c.day == day.isoformat(),
        clocks.c.ended.in_(MET),
        *here.narrowing(),
        *more,
    )
    return query.subquery()


def _told(counted: Counted | None) -> SoFar:
    if counted is None:
        return SoFar(count=0, elapsed=Spread(), business=Spread())
    return SoFar(count=counted.count, elapsed=counted.spread("elapsed"), business=counted.spread("business"))
