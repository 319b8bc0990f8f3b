"""Six hundred cases over a fortnight: what the report says is, to the second, what a slow calculation from the script says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.asking import make_report
from reports.rows import rows_of
from reports.wanted import By, Wanted
from router.timekeeping.keeper import catch_up, whole
from router.timekeeping.recompute import recompute
from tests.clocks.slow_reference import Shape, wall
from tests.fortnight.script import ENDS, HOUR, Fortnight, Plan
from tests.fortnight.slow import Hours, Promised, Timed, in_time, nearest_rank, timed, waits
from tests.fortnight.stage import Shop
from tests.router.moving import is_sound
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks, conversations

WEEK = {day: ["09:00-14:00", "15:00-18:00"] for day in ("mon", "tue", "wed", "thu")}
MADRID = {"hours": {**WEEK, "fri": ["09:00-15:00"]}, "special": {"2026-03-27": ["09:00-12:00"]}}
EASTER = ["2026-04-02", "2026-04-03"]  # Maundy Thursday and Good Friday, as the house's region keeps them
LATE = {day: ["22:00-06:00"] for day in ("sun", "mon", "tue", "wed", "thu")}
NIGHTS = Hours(Shape(zone="Atlantic/Canary", hours={**LATE, "fri": ["20:00-04:00"], "sat": ["20:00-04:00"]}))
BEFORE = Hours(Shape(zone="Europe/Madrid", closed=EASTER, **MADRID))  # type: ignore[arg-type]
AFTER = Hours(Shape(zone="Europe/Madrid", closed=[*EASTER, "2026-03-25"], **MADRID))  # type: ignore[arg-type]
CORRECTED_FROM = wall("2026-03-25 00:00", "Europe/Madrid")
RESPONSES = ("first_response", "next_response")
pytestmark = pytest.mark.xdist_group("fortnight")  # one play for all of them
RESOLUTIONS = ("first_resolution", "full_resolution")


def promised_first(plan: Plan, _start: datetime) -> Promised:
    """What the file says as the fortnight goes by."""
    if plan.channel == "ventas":
        return Promised(NIGHTS, 2 * HOUR, 5 * HOUR, 30 * HOUR)
    return Promised(BEFORE, HOUR, 4 * HOUR, 20 * HOUR)


def promised_corrected(plan: Plan, start: datetime) -> Promised:
    """What it says once somebody has remembered the local holiday, and that the nights had promised an hour."""
    if start < CORRECTED_FROM:
        return promised_first(plan, start)
    if plan.channel == "ventas":
        return Promised(NIGHTS, HOUR, 5 * HOUR, 30 * HOUR)
    return Promised(AFTER, HOUR, 4 * HOUR, 20 * HOUR)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[tuple[Shop, Fortnight]]:
    """The shop after the fortnight; its books were kept every now and then, as a sweeper would."""
    from shutil import copy

    from ventanilla.store.engine import open_store

    folder = tmp_path_factory.mktemp("fortnight")
    copy(sqlite_template, folder / "ventanilla.db")
    store = open_store(f"sqlite:///{folder / 'ventanilla.db'}", folder / "blobs")
    yield _play(store, folder, cases=600)
    store.close()


def _play(store: Store, folder: Path, *, cases: int) -> tuple[Shop, Fortnight]:
    shop, fortnight = Shop(store, folder), Fortnight(cases=cases, seed=20260323)
    done = iter(range(10**6))

    def now_and_then(_action: object) -> None:
        if next(done) % 40 == 0:
            catch_up(store, shop.router.house, now=shop.now, limit=whole())

    shop.play(fortnight, each=now_and_then)
    shop.now = ENDS
    catch_up(store, shop.router.house, now=shop.now, limit=whole())
    return shop, fortnight


def test_every_clock_of_a_fortnight_is_what_the_script_says(played: tuple[Shop, Fortnight]) -> None:
    shop, fortnight = played

    assert is_sound(shop)
    assert _kept(shop) == _expected(timed(fortnight.plans, promised_first))


def test_it_is_the_same_on_postgresql(postgresql_store: Store, tmp_path: Path) -> None:
    shop, fortnight = _play(postgresql_store, tmp_path, cases=40)

    assert is_sound(shop)
    rows = timed(fortnight.plans, promised_first)
    assert _kept(shop) == _expected(rows)
    _compare(shop, rows, None)


@pytest.mark.parametrize("by", [None, By.CHANNEL, By.TEAM, By.AGENT, By.KIND, By.DAY, By.HOUR])
def test_the_report_equals_a_slow_calculation_to_the_second(played: tuple[Shop, Fortnight], by: By | None) -> None:
    shop, fortnight = played

    _compare(shop, timed(fortnight.plans, promised_first), by)


def test_each_owner_is_credited_with_the_wait_that_was_theirs(played: tuple[Shop, Fortnight]) -> None:
    shop, fortnight = played
    expected: dict[str, timedelta] = {}
    for plan in fortnight.plans:
        for owner, length in waits(plan, ENDS).items():
            expected[owner] = expected.get(owner, timedelta()) + length

    found: dict[str, timedelta] = {}
    for row in shop.rows(clocks, lambda t: t.c.metric == "customer_wait"):
        found[row.agent] = found.get(row.agent, timedelta()) + ((row.stopped_at or ENDS) - row.started_at)

    assert found == expected


def test_after_a_correction_the_report_says_what_would_have_been_and_says_so_again(
    played: tuple[Shop, Fortnight],
) -> None:
    shop, fortnight = played
    shop.apply(extra='"2026-03-25"', guardia="1h")
    catch_up(shop.store, shop.router.house, now=shop.now, limit=whole())
    assert _kept(shop) == _expected(timed(fortnight.plans, promised_first))

    for _ in range(2):
        recompute(shop.store, shop.router.house, since=date(2026, 3, 25), now=shop.now, actor="admin")

        corrected = timed(fortnight.plans, promised_corrected)
        assert _kept(shop) == _expected(corrected)
        assert is_sound(shop)
    for by in (None, By.CHANNEL, By.DAY):
        _compare(shop, corrected, by)


def _kept(shop: Shop) -> dict[tuple[str, str, datetime], tuple[Any, ...]]:
    keys = {row.id: row.key for row in shop.rows(conversations)}
    return {
        (keys[row.conversation_id], row.metric, row.started_at): (
            row.stopped_at,
            row.ended or "",
            row.agent if row.ended == "replied" else None,
            None if row.business is None else timedelta(microseconds=row.business),
            row.due_at if row.metric in RESPONSES else None,
        )
        for row in shop.rows(clocks, lambda t: t.c.metric.in_((*RESPONSES, *RESOLUTIONS)))
    }


def _expected(rows: Sequence[Timed]) -> dict[tuple[str, str, datetime], tuple[Any, ...]]:
    return {
        (row.plan.key, row.metric, row.start): (row.stop, row.ended, row.agent or None, row.business, row.due)
        for row in rows
    }


def _compare(shop: Shop, rows: Sequence[Timed], by: By | None) -> None:
    wanted = Wanted(start=date(2026, 3, 23), end=date(2026, 4, 5), by=by)
    report = make_report(shop.store, shop.router.house, wanted, now=ENDS)
    found = {(row["group"], row["metric"]): row for row in rows_of(report)}
    groups = _GROUPS[by]
    for metric in RESPONSES if by is By.AGENT else (*RESPONSES, *RESOLUTIONS):
        mine = [row for row in rows if row.metric == metric]
        if by is By.AGENT:  # an answer is its author's; what nobody wrote is nobody's answer
            mine = [row for row in mine if row.agent]
        for group in sorted({groups(row) for row in mine}):
            theirs = _worked_out([row for row in mine if groups(row) == group and row.ended != "merged"])
            said = _said(found.get((group, metric), {}))
            if by is By.AGENT:  # what is open or went unanswered is its owner's, and told beside the answers
                said, theirs = ({k: v for k, v in one.items() if k not in _OWNERS} for one in (said, theirs))
            assert said == theirs, (group, metric)


def _worked_out(rows: Sequence[Timed]) -> dict[str, Any]:
    good = [row for row in rows if row.ended in ("replied", "resolved")]
    elapsed = [row.elapsed.total_seconds() for row in good if row.elapsed is not None]
    business = [row.business.total_seconds() for row in good if row.business is not None]
    ranks = {f"p{rank}": nearest_rank(elapsed, rank) for rank in (50, 90, 95)}
    ranks |= {f"business_p{rank}": nearest_rank(business, rank) for rank in (50, 90, 95)}
    met, decided = in_time(rows, ENDS)
    responses = bool(rows) and rows[0].metric in RESPONSES
    return {
        "count": len(good),
        **ranks,
        "max": max(elapsed, default=None),
        "still_open": sum(not row.ended for row in rows),
        "within_target": round(100 * met / decided, 3) if decided and responses else None,
    }


def _said(row: dict[str, Any]) -> dict[str, Any]:
    responses = row.get("metric") in RESPONSES
    names = ("count", "p50", "p90", "p95", "business_p50", "business_p90", "business_p95", "max", "still_open")
    share = row.get("within_target")
    return {
        **{name: row.get(name) for name in names},
        "within_target": round(share, 3) if share is not None and responses else None,
    }


_OWNERS = ("still_open", "within_target")
_GROUPS: dict[By | None, Callable[[Timed], str]] = {
    None: lambda row: "",
    By.CHANNEL: lambda row: row.plan.channel,
    By.TEAM: lambda row: row.plan.team,
    By.AGENT: lambda row: row.agent,
    By.KIND: lambda row: row.plan.kind,
    By.DAY: lambda row: row.day,
    By.HOUR: lambda row: row.hour,
}
