"""What a board shows of a day so far, asked for cheaply, against the report over the same days: made-up rows on both engines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from reports.asking import make_report
from reports.figures import Figure, Spread
from reports.today import DAYS, Today, look_at_today
from reports.wanted import By, Named, Wanted
from router.house import House
from tests.reports.made_up_clocks import MADRID, NOW, house_of, make_up
from ventanilla.store.engine import Store

MOMENTS = (
    NOW,
    NOW - timedelta(days=3, hours=-9),  # in the evening
    datetime(2026, 10, 25, 22, 30, tzinfo=MADRID),  # of the day when the clocks went back
    NOW + timedelta(days=30),  # long after the last of them
)
PARTS: tuple[dict[str, Any], ...] = ({"team": "taller"}, {"team": "atencion", "channel": "chat"}, {"channel": "none"})


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, House]]:
    """One store with made-up rows for the tests of this file, which only read."""
    from tests.servers.stores import migrated_store

    folder = tmp_path_factory.mktemp("today")
    with migrated_store(request, request.param, folder) as store:
        house = house_of(store, folder)
        make_up(store, cases=150, seed=11)
        yield store, house


def reported(
    written: tuple[Store, House], now: datetime, part: dict[str, Any], *metrics: Named, days: int = 1, **more: Any
) -> Sequence[Figure]:
    store, house = written
    today = house.today(now)
    wanted = Wanted(
        start=today - timedelta(days=days - 1), end=today, metrics=metrics, before=False, worst=0, **part, **more
    )
    return make_report(store, house, wanted, now=now).figures


def by_hour(figures: Sequence[Figure]) -> dict[int, int]:
    found: dict[int, int] = {}
    for figure in figures:
        if figure.group and figure.count:
            found[int(figure.group)] = found.get(int(figure.group), 0) + figure.count
    return found


@pytest.mark.parametrize(
    ("now", "part"), [*((now, {}) for now in MOMENTS), *((MOMENTS[1], part) for part in PARTS)], ids=str
)
def test_a_day_so_far_is_what_the_report_over_it_says(
    written: tuple[Store, House], now: datetime, part: dict[str, Any]
) -> None:
    seen = look_at_today(*written, now=now, **part)
    began = reported(written, now, part, Named.FIRST_RESPONSE, by=By.HOUR)
    whole = reported(written, now, part, Named.FIRST_RESPONSE)
    ended = reported(written, now, part, Named.FIRST_RESPONSE, Named.NEXT_RESPONSE, by=By.HOUR, by_end=True)
    came = reported(written, now, part, Named.INGEST_LAG, by=By.HOUR)
    days = reported(written, now, part, Named.FIRST_RESPONSE, by=By.DAY, days=DAYS)

    same_so_far(seen, whole)
    last = now.astimezone(MADRID).hour
    assert [one.hour for one in seen.hours] == list(range(last + 1))
    so_far = [figure for figure in began if int(figure.group) <= last]
    assert {one.hour: one.p50 for one in seen.hours if one.p50 is not None} == {
        int(figure.group): figure.elapsed.p50 for figure in so_far if figure.count
    }
    assert {one.hour: one.messages for one in seen.hours if one.messages} == until(last, by_hour(came))
    assert {one.hour: one.answers for one in seen.hours if one.answers} == until(last, by_hour(ended))
    assert [one.day for one in seen.days] == [seen.days[-1].day - timedelta(days=ago) for ago in reversed(range(DAYS))]
    told = {date.fromisoformat(figure.group): (figure.within_target, figure.promised) for figure in days}
    assert {one.day: (one.share, one.promised) for one in seen.days if one.promised} == {
        day: told[day] for day in told if told[day][1]
    }


def same_so_far(seen: Today, whole: Sequence[Figure]) -> None:
    (figure,) = whole or (Figure(group="", metric="", count=0, elapsed=Spread(), business=Spread()),)
    assert (seen.so_far.count, seen.so_far.elapsed, seen.so_far.business) == (
        figure.count,
        figure.elapsed,
        figure.business,
    )
    promised = {level.within for level in figure.levels}
    assert seen.within == (promised.pop() if len(promised) == 1 else None)


def until(last: int, counted: dict[int, int]) -> dict[int, int]:
    return {hour: count for hour, count in counted.items() if hour <= last}


def test_the_made_up_days_have_something_to_compare(written: tuple[Store, House]) -> None:
    seen = [look_at_today(*written, now=now) for now in MOMENTS[:3]]

    assert sum(one.so_far.count for one in seen) > 0
    assert any(hour.messages for one in seen for hour in one.hours)
    assert all(any(day.share not in (None, 0, 100) for day in one.days) for one in seen[:2])
    assert any(hour.answers for one in seen for hour in one.hours)


def test_whatever_runs_is_counted_by_the_store_in_one_look_that_only_reads(written: tuple[Store, House]) -> None:
    """A board asks in the process that draws everybody's pages: ten thousand running clocks are to cost it what ten cost, and
    nobody who writes waits for it."""
    store, house = written
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", note)
    try:
        look_at_today(store, house, now=NOW)
    finally:
        sa.event.remove(store.engine, "before_cursor_execute", note)

    questions = [statement for statement in asked if statement.startswith("SELECT")]
    assert 6 <= len(questions) <= 14
    assert [
        one for one in questions if "count(" not in one and "row_number()" not in one and "ORDER BY" not in one
    ] == []
    assert [one for one in asked if one.startswith("BEGIN")] in ([], ["BEGIN DEFERRED"])
