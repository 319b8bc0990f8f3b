"""A report over much: what SQLite reads for it, what is held in memory meanwhile, and that nothing of it stays behind."""

from __future__ import annotations

import tracemalloc
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bench.report_rows import History, fill
from reports.asking import make_report
from reports.queries.ranks import nearest_rank
from reports.wanted import By, Wanted
from router.house import House
from tests.reports.made_up_clocks import house_of
from tests.store.test_plans import plans_of
from ventanilla.errors import Temporary
from ventanilla.store.engine import Store

UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
MONTH = Wanted(start=date(2026, 10, 22), end=date(2026, 11, 20), before=False)
COVERING = "USING COVERING INDEX ix_clocks_metric_day (metric=? AND day>? AND day<?)"


def filled(store: Store, folder: Path, cases: int) -> House:
    fill(store, History(cases=cases, until=UNTIL, days=30))
    return house_of(store, folder)


def test_percentiles_are_picked_from_an_index_alone(sqlite_store: Store, tmp_path: Path) -> None:
    house = filled(sqlite_store, tmp_path, 500)
    with plans_of(sqlite_store) as plans:
        make_report(sqlite_store, house, MONTH, now=UNTIL)

    picks = {statement: plan for statement, plan in plans.items() if "ORDER BY anon" in statement}
    on_clocks = [plan for statement, plan in picks.items() if "FROM clocks" in statement]
    assert len(on_clocks) >= 5, "they were seen"
    for plan in on_clocks:
        assert any(COVERING in step for step in plan), plan
    judged = [plan for statement, plan in plans.items() if "GROUP BY g, clocks.promise" in statement]
    assert judged, "they were seen"
    for plan in judged:
        assert any(COVERING in step for step in plan), plan


def test_no_question_of_a_months_report_reads_a_whole_table(sqlite_store: Store, tmp_path: Path) -> None:
    house = filled(sqlite_store, tmp_path, 500)
    with plans_of(sqlite_store) as plans:
        make_report(sqlite_store, house, MONTH, now=UNTIL)

    assert len(plans) > 20, "they were seen"
    whole = [(step, statement) for statement, plan in plans.items() for step in plan if _reads_all(step)]
    assert whole == []


def _reads_all(step: str) -> bool:
    return step.startswith(("SCAN clocks", "SCAN messages", "SCAN conversations")) and "ix_clocks_running" not in step


@pytest.mark.parametrize("by", [None, By.TEAM], ids=str)
def test_memory_does_not_grow_with_the_rows(store: Store, tmp_path: Path, by: By | None) -> None:
    """Ten times the cases; the list of their single times alone would take ten times as much."""
    peaks = []
    house = house_of(store, tmp_path)
    small = fill(store, History(cases=100, until=UNTIL, days=30))
    wanted = Wanted(start=MONTH.start, end=MONTH.end, by=by, before=False)
    make_report(store, house, wanted, now=UNTIL)  # what is loaded and compiled once
    peaks.append(_peak(store, house, wanted))
    assert small > 200
    _empty(store)
    fill(store, History(cases=1000, until=UNTIL, days=30))
    peaks.append(_peak(store, house, wanted))

    assert peaks[1] < peaks[0] + 200_000, peaks


def _peak(store: Store, house: House, wanted: Wanted) -> int:
    tracemalloc.start()
    try:
        make_report(store, house, wanted, now=UNTIL)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def _empty(store: Store) -> None:
    from ventanilla.store import tables as t

    with store.write() as connection:
        for table in (t.clocks, t.messages, t.inbox):
            connection.execute(sa.delete(table))
        connection.execute(sa.delete(t.assignments))
        connection.execute(sa.delete(t.conversations))
        for table in (t.contacts, t.agents, t.teams, t.channels):
            connection.execute(sa.delete(table))


def test_what_was_kept_for_a_while_is_gone_afterwards(sqlite_store: Store, tmp_path: Path) -> None:
    house = filled(sqlite_store, tmp_path, 50)
    make_report(sqlite_store, house, MONTH, now=UNTIL)
    again = make_report(sqlite_store, house, MONTH, now=UNTIL)

    assert again.figures
    with sqlite_store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM sqlite_temp_master").all() == []
        assert connection.exec_driver_sql("PRAGMA temp_store").scalar() == 2


def test_a_store_out_of_reach_is_said_as_ever(sqlite_store: Store, tmp_path: Path) -> None:
    house = filled(sqlite_store, tmp_path, 1)
    gone: Any = sqlite_store.__class__(sa.create_engine(f"sqlite:///{tmp_path}/none/x.db"), tmp_path)

    with pytest.raises(Temporary, match="the store did not answer"):
        make_report(gone, house, MONTH, now=UNTIL)


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(1, 50, 1), (2, 50, 1), (3, 50, 2), (10, 90, 9), (11, 90, 10), (20, 95, 19), (1, 95, 1)],
)
def test_nearest_rank_is_the_smallest_that_so_many_are_not_above(count: int, percent: int, rank: int) -> None:
    assert nearest_rank(count, percent) == rank
