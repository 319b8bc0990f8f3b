"""What a live board shows of a day that is not over: how fast it is so far, hour by hour, and how the last days went.

Its figures are those of a report over the same days. Only yesterday up to the same time of day is asked apart: a report knows whole
days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import sqlalchemy as sa

from reports.asking import make_report
from reports.figures import Figure, Spread
from reports.queries.ranks import spreads
from reports.queries.scope import MET
from reports.wanted import By, Named, Wanted
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
    """The figures of today and of the days before it. Reads only. Raises Temporary."""
    today = house.today(now)
    plain = Wanted(start=today, end=today, team=team or None, channel=channel or None, before=False, worst=0)
    first = _asked(store, house, plain, (Named.FIRST_RESPONSE,), now=now)
    whole = first[0] if first else None
    return Today(
        made_at=now,
        so_far=SoFar(
            count=whole.count if whole else 0,
            elapsed=whole.elapsed if whole else Spread(),
            business=whole.business if whole else Spread(),
        ),
        before=_yesterday(store, house, now=now, team=team, channel=channel),
        within=_promised(first),
        hours=_hours(store, house, plain, now=now),
        days=_days(store, house, plain, now=now),
    )


def _asked(
    store: Store, house: House, plain: Wanted, metrics: tuple[Named, ...], *, now: datetime, **more: object
) -> tuple[Figure, ...]:
    from dataclasses import replace

    return make_report(store, house, replace(plain, metrics=metrics, **more), now=now).figures  # type: ignore[arg-type]


def _promised(figures: Sequence[Figure]) -> float | None:
    """The one time that all of them were promised."""
    found = {level.within for figure in figures for level in figure.levels}
    return found.pop() if len(found) == 1 else None


def _hours(store: Store, house: House, plain: Wanted, *, now: datetime) -> list[Hour]:
    began = _asked(store, house, plain, (Named.INGEST_LAG, Named.FIRST_RESPONSE), now=now, by=By.HOUR)
    ended = _asked(store, house, plain, (Named.FIRST_RESPONSE, Named.NEXT_RESPONSE), now=now, by=By.HOUR, by_end=True)
    came: dict[int, int] = {}
    medians: dict[int, float | None] = {}
    answers: dict[int, int] = {}
    for figure in began:
        if figure.metric == Named.INGEST_LAG:
            came[int(figure.group)] = figure.count
        else:
            medians[int(figure.group)] = figure.elapsed.p50
    for figure in ended:
        if figure.group:
            answers[int(figure.group)] = answers.get(int(figure.group), 0) + figure.count
    last = now.astimezone(house.zone()).hour
    return [
        Hour(hour=hour, messages=came.get(hour, 0), answers=answers.get(hour, 0), p50=medians.get(hour))
        for hour in range(last + 1)
    ]


def _days(store: Store, house: House, plain: Wanted, *, now: datetime) -> list[Day]:
    first = plain.end - timedelta(days=DAYS - 1)
    found = {
        figure.group: figure
        for figure in _asked(store, house, plain, (Named.FIRST_RESPONSE,), now=now, by=By.DAY, start=first)
    }
    days = [first + timedelta(days=place) for place in range(DAYS)]
    return [
        Day(
            day=day,
            share=found[day.isoformat()].within_target if day.isoformat() in found else None,
            promised=found[day.isoformat()].promised if day.isoformat() in found else 0,
        )
        for day in days
    ]


def same_time_yesterday(house: House, now: datetime) -> datetime:
    """The instant at which the clock on the wall showed this time a day ago."""
    wall = now.astimezone(house.zone())
    return (wall - timedelta(days=1)).astimezone(UTC)


def _yesterday(store: Store, house: House, *, now: datetime, team: str, channel: str) -> SoFar:
    """What came in yesterday and was answered by this time of day."""
    then = same_time_yesterday(house, now)
    narrowing = [column == value for column, value in ((clocks.c.team, team), (clocks.c.channel, channel)) if value]
    rows = (
        sa.select(sa.literal_column("''").label("g"), clocks.c.elapsed, clocks.c.business)
        .where(
            clocks.c.metric == Metric.FIRST_RESPONSE,
            clocks.c.day == house.today(then).isoformat(),
            clocks.c.ended.in_(MET),
            clocks.c.stopped_at <= then,
            *narrowing,
        )
        .subquery()
    )
    with store.read() as connection:
        counted = spreads(connection, rows, ("elapsed", "business"), grouped=False).get("")
    if counted is None:
        return SoFar(count=0, elapsed=Spread(), business=Spread())
    return SoFar(count=counted.count, elapsed=counted.spread("elapsed"), business=counted.spread("business"))
