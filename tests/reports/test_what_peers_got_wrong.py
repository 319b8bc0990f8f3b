"""What reports elsewhere get wrong, each by its name; and who may see whose figures."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.asking import make_report
from reports.figures import Figure
from reports.wanted import By, Named, Wanted
from router.house import House
from tests.reports.made_up_clocks import HOUR, NOW, MadeUp, add_row, house_of, make_up
from ventanilla.errors import BadInput, Conflict
from ventanilla.store.engine import Store

DAY = timedelta(days=1)
PROMISED: dict[str, Any] = {"promise": "normal", "target": 90, "within": 2 * HOUR}


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    """With one empty case."""
    house = house_of(sqlite_store, tmp_path)
    make_up(sqlite_store, cases=0, seed=1)
    with sqlite_store.write() as connection:
        from tests.store.rows import add_case

        add_case(connection, 1, "ana")
    return house


def write(store: Store, *rows: dict[str, Any]) -> None:
    with store.write() as connection:
        for number, row in enumerate(rows, start=1):
            add_row(MadeUp(), connection, number, **row)


def figure(store: Store, house: House, metric: Named = Named.FIRST_RESPONSE, **wanted: Any) -> Figure:
    asked = Wanted(start=date(2026, 11, 1), end=date(2026, 11, 20), metrics=(metric,), **wanted)
    (found,) = make_report(store, house, asked, now=NOW).figures
    return found


def test_what_was_never_answered_does_not_vanish_from_the_share_in_time(sqlite_store: Store, house: House) -> None:
    start = NOW - DAY
    write(
        sqlite_store,
        {"start": start, "due": start + 2 * HOUR, **PROMISED},
        {"start": start, "due": start + 2 * HOUR, "ended": "unanswered", **PROMISED},
        {"start": start, "due": start + 2 * HOUR, "stop": None, "ended": None, "business": None, **PROMISED},
        {"start": start, "due": start + 2 * HOUR, "stop": start + 9 * HOUR, **PROMISED},
    )

    found = figure(sqlite_store, house)

    assert (found.count, found.promised, found.still_open, found.overdue) == (2, 4, 1, 1)
    assert found.within_target == 25.0
    assert found.otherwise == {"unanswered": 1}
    assert found.levels[0].within_target == 25.0
    assert found.levels[0].normal is None, "90% were not answered at all, in whatever time"


@pytest.mark.parametrize("ended", ["merged", "split", "spam"])
def test_what_goes_on_elsewhere_is_neither_in_time_nor_late(sqlite_store: Store, house: House, ended: str) -> None:
    start = NOW - DAY
    write(
        sqlite_store,
        {"start": start, "due": start + 2 * HOUR, **PROMISED},
        {"start": start, "due": start + HOUR / 2, "ended": ended, **PROMISED},
    )

    found = figure(sqlite_store, house)

    assert (found.count, found.promised, found.within_target) == (1, 1, 100.0)
    assert found.otherwise == {ended: 1}


def test_that_no_answer_was_needed_hides_no_breach_when_it_is_said_too_late(sqlite_store: Store, house: House) -> None:
    start = NOW - DAY
    needless = {"start": start, "stop": start + HOUR, "ended": "no_reply_needed", **PROMISED}
    write(
        sqlite_store,
        {"start": start, "due": start + 2 * HOUR, **PROMISED},
        {**needless, "due": start + HOUR},
        {**needless, "due": start + HOUR / 2},
    )

    found = figure(sqlite_store, house)

    assert (found.count, found.promised, found.within_target) == (1, 2, 50.0)
    assert found.otherwise == {"no_reply_needed": 2}
    assert (found.levels[0].count, found.levels[0].within_target) == (2, 50.0)


def test_an_open_one_that_is_not_due_yet_counts_neither_way(sqlite_store: Store, house: House) -> None:
    running = {"start": NOW - HOUR, "stop": None, "ended": None, "business": None}
    write(sqlite_store, {**running, "due": NOW + HOUR, **PROMISED})

    found = figure(sqlite_store, house)

    assert (found.promised, found.within_target, found.still_open, found.overdue) == (0, None, 1, 0)
    assert found.open_ages.max == 3600.0


def test_a_reopened_case_adds_no_eleven_days_to_a_reply_time(sqlite_store: Store, house: House) -> None:
    """The case was answered within an hour and came back eleven days later: a turn of its own, which is no first response."""
    again = NOW - DAY
    write(
        sqlite_store,
        {"start": NOW - 12 * DAY},
        {"metric": "next_response", "start": again, "stop": again + HOUR},
        {"metric": "reopened", "ended": "reopened", "start": NOW - 12 * DAY, "stop": again},
    )

    assert figure(sqlite_store, house).elapsed.max == 3600.0
    assert figure(sqlite_store, house, Named.NEXT_RESPONSE).elapsed.max == 3600.0
    found = figure(sqlite_store, house, Named.REOPENED)
    assert (found.share, found.out_of, found.otherwise) == (0.0, 1, {"reopened_later": 1})
    longer = figure(sqlite_store, house, Named.REOPENED, reopened_within=12 * DAY)
    assert (longer.share, longer.out_of, longer.count) == (100.0, 1, 1)


def test_a_percentile_is_a_time_that_was_really_taken(sqlite_store: Store, house: House) -> None:
    """Nearest rank of the single times: no mean of two, no mean of the teams' percentiles."""
    start = NOW - DAY
    lengths = (1, 2, 3, 100)
    write(
        sqlite_store,
        *({"start": start, "stop": start + n * HOUR / 60, "team": "taller" if n > 2 else "atencion"} for n in lengths),
    )

    found = figure(sqlite_store, house)

    assert (found.elapsed.p50, found.elapsed.p90, found.elapsed.p95) == (120.0, 6000.0, 6000.0)


def test_time_on_the_customers_side_stands_beside_the_whole(sqlite_store: Store, house: House) -> None:
    start = NOW - DAY
    write(
        sqlite_store,
        {
            "metric": "full_resolution",
            "ended": "resolved",
            "start": start,
            "stop": start + 9 * HOUR,
            "paused": 6 * HOUR,
        },
    )

    found = figure(sqlite_store, house, Named.FULL_RESOLUTION)

    assert (found.elapsed.max, found.net.max) == (9 * 3600.0, 3 * 3600.0)


def test_figures_by_person_are_for_supervisors_and_that_person(sqlite_store: Store, house: House) -> None:
    write(sqlite_store, {"agent": "ana"}, {"agent": "luis"})
    by_person = Wanted(start=NOW.date() - DAY, end=NOW.date(), by=By.AGENT, metrics=(Named.FIRST_RESPONSE,))

    def groups(seen_by: str | None) -> list[str]:
        return [each.group for each in make_report(sqlite_store, house, by_person, now=NOW, seen_by=seen_by).figures]

    assert groups(None) == groups("marta") == ["ana", "luis"]
    assert groups("luis") == ["luis"]
    luis = Wanted(start=NOW.date() - DAY, end=NOW.date(), agent="luis")
    with pytest.raises(Conflict, match=r"ana may not see the figures of luis.*`--agent ana` shows their own"):
        make_report(sqlite_store, house, luis, now=NOW, seen_by="ana")
    with pytest.raises(BadInput, match='no agent "eva"'):
        make_report(sqlite_store, house, luis, now=NOW, seen_by="eva")


def test_the_worst_cases_name_nobody_else_to_an_agent(sqlite_store: Store, house: House) -> None:
    write(sqlite_store, {"agent": "luis"})
    wanted = Wanted(start=NOW.date() - DAY, end=NOW.date())

    assert make_report(sqlite_store, house, wanted, now=NOW, seen_by="marta").worst[0].owner == "luis"
    assert make_report(sqlite_store, house, wanted, now=NOW, seen_by="ana").worst[0].owner == ""


def test_an_empty_store_has_an_empty_report(store: Store, tmp_path: Path) -> None:
    report = make_report(
        store, house_of(store, tmp_path), Wanted(start=date(2026, 1, 1), end=date(2026, 11, 20), pictures=True), now=NOW
    )

    assert [*report.figures, *report.before, *report.worst, *report.trend] == []
    assert sum(count for _, count in report.backlog) == 0
