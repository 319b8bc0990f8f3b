"""Each figure of a report against a slow calculation over the same rows, made up at random, on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from reports.asking import make_report
from reports.figures import Figure, Report, Spread
from reports.wanted import By, Named, Wanted
from router.house import House
from tests.reports import slow_figures as slow
from tests.reports.made_up_clocks import MADRID, NOW, MadeUp, house_of, make_up
from ventanilla.store.engine import Store

START, END = date(2026, 10, 20), date(2026, 11, 20)
CLOCKS = (
    "time_to_assign",
    "time_to_accept",
    "first_response",
    "next_response",
    "first_resolution",
    "full_resolution",
    "legal",
)
BYS = (None, By.CHANNEL, By.TEAM, By.AGENT, By.KIND, By.DAY, By.HOUR, By.WEEKDAY, By.PROMISE)


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def written(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Store, House, MadeUp]]:
    """One store with made-up rows for the tests of this file, which only read."""
    from tests.servers.stores import migrated_store

    folder = tmp_path_factory.mktemp("report")
    with migrated_store(request, request.param, folder) as store:
        house = house_of(store, folder)
        yield store, house, make_up(store, cases=60, seed=7)


def asked(written: tuple[Store, House, MadeUp], **wanted: Any) -> Report:
    store, house, _ = written
    return make_report(store, house, Wanted(**{"start": START, "end": END, "worst": 10, **wanted}), now=NOW)


def same_spread(found: Spread, expected: dict[str, float | None]) -> None:
    for part, value in expected.items():
        assert getattr(found, part) == (None if value is None else pytest.approx(value, abs=1e-3)), part


def same(figure: Figure, expected: dict[str, Any]) -> None:
    for name, value in expected.items():
        if name == "net" and figure.metric not in ("first_resolution", "full_resolution"):
            continue
        found = getattr(figure, name)
        if isinstance(found, Spread):
            same_spread(found, value)
        elif name == "levels":
            levels = {(each.promise, each.target): (each.count, each.within_target, each.normal) for each in found}
            assert levels.keys() == value.keys()
            for key, numbers in value.items():
                assert levels[key] == pytest.approx(numbers), (figure.metric, figure.group, key)
        elif name == "otherwise":
            assert (found or {}) == value
        else:
            assert found == (None if value is None else pytest.approx(value)), (figure.metric, figure.group, name)


@pytest.mark.parametrize(
    ("by", "by_end"),
    [*((by, False) for by in BYS), *((by, True) for by in (None, By.TEAM, By.AGENT, By.DAY, By.WEEKDAY))],
    ids=lambda value: str(value),
)
def test_every_clock_equals_the_slow_calculation(
    written: tuple[Store, House, MadeUp], by: By | None, by_end: bool
) -> None:
    end = date(2026, 11, 5) if by_end else END
    report = asked(written, by=by, by_end=by_end, end=end, before=False)
    group = slow.groups_of(by or "", by_end=by_end)

    for metric in CLOCKS:
        expected = slow.clock_figures(written[2].clocks, metric, group, start=START, end=end, by_end=by_end)
        figures = {figure.group: figure for figure in report.figures if figure.metric == metric}
        assert figures.keys() == expected.keys(), metric
        for name, figure in figures.items():
            same(figure, expected[name])


@pytest.mark.parametrize("by", [None, By.TEAM, By.AGENT, By.DAY], ids=str)
def test_waits_and_reopenings_equal_the_slow_calculation(written: tuple[Store, House, MadeUp], by: By | None) -> None:
    report = asked(written, by=by, before=False)
    group = slow.groups_of(by or "", by_end=False)

    for metric, expected in (
        ("customer_wait", slow.waits(written[2].clocks, group, start=START, end=END)),
        ("reopened", slow.reopened(written[2].clocks, group, start=START, end=END)),
    ):
        figures = {figure.group: figure for figure in report.figures if figure.metric == metric}
        assert figures.keys() == expected.keys(), metric
        for name, figure in figures.items():
            same(figure, expected[name])


@pytest.mark.parametrize("by", [None, By.CHANNEL, By.DAY, By.HOUR], ids=str)
def test_the_machines_own_delay_equals_the_slow_calculation(
    written: tuple[Store, House, MadeUp], by: By | None
) -> None:
    """The period has the change from summer time in it."""
    report = asked(written, by=by, metrics=(Named.INGEST_LAG,))

    def group(message: dict[str, Any]) -> str:
        local: datetime = message["received"].astimezone(MADRID)
        timed = {None: "", By.DAY: local.date().isoformat(), By.HOUR: str(local.hour), By.WEEKDAY: str(local.weekday())}
        return timed[by] if by in timed else message["owner" if by is By.AGENT else str(by)]

    there = [each for each in written[2].messages if START <= slow.day_of(each["received"]) <= END]
    assert {figure.group for figure in report.figures} == {group(each) for each in there}
    for figure in report.figures:
        lags = [each["routed"] - each["received"] for each in there if group(each) == figure.group]
        assert figure.count == len(lags)
        same_spread(figure.elapsed, slow.spread(lags))


def test_a_narrowed_report_holds_that_part_alone(written: tuple[Store, House, MadeUp]) -> None:
    report = asked(written, team="taller", channel="chat", agent="luis", metrics=(Named.FIRST_RESPONSE,))
    rows = [row for row in written[2].clocks if row.team == "taller" and row.channel == "chat" and row.agent == "luis"]
    group = slow.groups_of("", by_end=False)
    expected = slow.clock_figures(rows, "first_response", group, start=START, end=END, by_end=False)

    (figure,) = report.figures
    same(figure, expected[""])


def test_the_period_before_stands_beside_it(written: tuple[Store, House, MadeUp]) -> None:
    middle = date(2026, 11, 6)
    report = asked(written, start=middle, end=END, metrics=(Named.FIRST_RESPONSE,))
    earlier = asked(written, start=date(2026, 10, 22), end=date(2026, 11, 5), metrics=(Named.FIRST_RESPONSE,))

    assert report.before == earlier.figures
    assert report.before != report.figures


def test_the_worst_are_the_longest_waits_a_case_once(written: tuple[Store, House, MadeUp]) -> None:
    longest: dict[int, timedelta] = {}
    for row in written[2].clocks:
        answered = row.stop is None or row.ended in ("replied", "unanswered")
        if row.metric in ("first_response", "next_response") and answered and START <= slow.day_of(row.start) <= END:
            longest[row.case] = max(longest.get(row.case, timedelta()), (row.stop or NOW) - row.start)
    expected = sorted(longest.items(), key=lambda pair: -pair[1])[:10]

    worst = asked(written).worst

    assert [each.key for each in worst] == [f"KEY-{case}" for case, _ in expected]
    assert [each.seconds for each in worst] == pytest.approx([length.total_seconds() for _, length in expected])


def test_pictures_count_everything_once(written: tuple[Store, House, MadeUp]) -> None:
    report = asked(written, pictures=True)
    figures = {figure.metric: figure for figure in report.figures}
    there = [each for each in written[2].messages if START <= slow.day_of(each["received"]) <= END]
    arrived = {
        (each["received"].astimezone(MADRID).weekday(), each["received"].astimezone(MADRID).hour) for each in there
    }

    assert (
        sum(count for metric, _, count in report.distribution if metric == "first_response")
        == figures["first_response"].count
    )
    assert (
        sum(count for _, metric, _, _, count in report.trend if metric == "next_response")
        == figures["next_response"].count
    )
    assert {(weekday, hour) for weekday, hour, _ in report.arrivals} == arrived
    assert sum(count for _, _, count in report.arrivals) == len(there)
    assert sum(count for _, count in report.backlog) == figures["backlog"].count == 60


def test_the_gauge_of_who_waits_now_forgets_nobody(written: tuple[Store, House, MadeUp]) -> None:
    running = [
        row for row in written[2].clocks if row.stop is None and row.metric in ("first_response", "next_response")
    ]
    report = asked(written, start=END, end=END, metrics=(Named.WAITING_NOW,))

    (figure,) = report.figures
    assert figure.count == figure.still_open == len(running)
    same_spread(figure.elapsed, slow.spread(NOW - row.start for row in running))
