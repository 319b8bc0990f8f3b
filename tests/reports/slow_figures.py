"""Every figure again, by lists and sorting: a calculation that shares nothing with the product but the definitions."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from tests.reports.made_up_clocks import MADRID, NOW, Row

GOOD = {"replied", "resolved", "assigned", "accepted", "reopened", "released"}
GONE = {"merged", "split", "spam"}
SECOND = timedelta(seconds=1)
REOPEN = {"atencion": timedelta(days=7), "taller": timedelta(days=2)}
Group = Callable[[Row], str]


def nearest_rank(values: Sequence[float], percent: int) -> float | None:
    ordered = sorted(values)
    return ordered[max(1, math.ceil(len(ordered) * percent / 100)) - 1] if ordered else None


def spread(values: Iterable[timedelta]) -> dict[str, float | None]:
    seconds = [value / SECOND for value in values]
    parts = {f"p{percent}": nearest_rank(seconds, percent) for percent in (50, 90, 95)}
    mean = sum(seconds) / len(seconds) if seconds else None
    return {**parts, "max": max(seconds, default=None), "mean": mean}


def day_of(moment: datetime) -> date:
    return moment.astimezone(MADRID).date()


def groups_of(by: str, *, by_end: bool) -> Group:
    def moment(row: Row) -> datetime:
        return (row.stop if by_end and row.stop else row.start).astimezone(MADRID)

    timed: dict[str, Group] = {
        "": lambda row: "",
        "day": lambda row: "" if by_end and row.stop is None else moment(row).date().isoformat(),
        "hour": lambda row: "" if by_end and row.stop is None else str(moment(row).hour),
        "weekday": lambda row: "" if by_end and row.stop is None else str(moment(row).weekday()),
        "promise": lambda row: row.promise or "",
        "priority": lambda row: "normal",
    }
    return timed.get(by) or (lambda row: str(getattr(row, by)))


def clock_figures(
    rows: Iterable[Row], metric: str, group: Group, *, start: date, end: date, by_end: bool
) -> dict[str, dict[str, Any]]:
    as_of = min(NOW, datetime.combine(end + timedelta(days=1), datetime.min.time(), MADRID)) if by_end else NOW
    closed: dict[str, list[Row]] = defaultdict(list)
    running: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.metric != metric:
            continue
        when = row.stop if by_end else row.start
        if row.stop is not None and when is not None and start <= day_of(when) <= end:
            closed[group(row)].append(row)
        if by_end:
            if row.start <= as_of and (row.stop is None or row.stop > as_of):
                running[_open_group(row, group)].append(row)
        elif row.stop is None and start <= day_of(row.start) <= end:
            running[group(row)].append(row)
    return {name: _figure(closed[name], running[name], as_of) for name in {*closed, *running}}


def _open_group(row: Row, group: Group) -> str:
    from dataclasses import replace

    return group(replace(row, stop=None))


def _figure(closed: list[Row], running: list[Row], as_of: datetime) -> dict[str, Any]:
    done = [row for row in closed if row.ended in GOOD]
    late = [row for row in running if row.due is not None and row.due < as_of]
    judged = [
        row for row in closed if row.due is not None and (row.ended in (*GOOD, "unanswered") or _is_needless(row))
    ]
    met = [row for row in judged if row.ended in GOOD and row.stop is not None and row.stop <= (row.due or row.stop)]
    decided = len(judged) + len(late)
    return {
        "count": len(done),
        "elapsed": spread(row.stop - row.start for row in done if row.stop),
        "business": spread(row.business for row in done if row.business is not None),
        "net": spread(row.stop - row.start - row.paused for row in done if row.stop),
        "promised": decided,
        "within_target": 100 * len(met) / decided if decided else None,
        "still_open": len(running),
        "overdue": len(late),
        "open_ages": spread(as_of - row.start for row in running),
        "otherwise": dict(Counter(str(row.ended) for row in closed if row.ended not in GOOD)),
        "levels": _levels(judged, late),
    }


def _is_needless(row: Row) -> bool:
    """Said to need no answer, and that too late."""
    return row.ended == "no_reply_needed" and row.due is not None and row.stop is not None and row.stop > row.due


def _levels(judged: list[Row], late: list[Row]) -> dict[tuple[str, int], tuple[int, float, float | None]]:
    found = {}
    for promise, target in {(row.promise, row.target) for row in (*judged, *late) if row.promise and row.target}:
        mine = [row for row in judged if row.promise == promise]
        open_too = [row for row in late if row.promise == promise]
        lengths = [
            row.business / SECOND if row.ended in GOOD and row.business is not None else math.inf for row in mine
        ] + [math.inf] * len(open_too)
        met = sum(row.ended in GOOD and row.stop is not None and row.stop <= (row.due or row.stop) for row in mine)
        normal = nearest_rank(lengths, target or 0)
        found[str(promise), int(target or 0)] = (
            len(lengths),
            100 * met / len(lengths),
            None if normal == math.inf else normal,
        )
    return found


def waits(rows: Iterable[Row], group: Group, *, start: date, end: date) -> dict[str, dict[str, Any]]:
    """The sum of a case's turns in each group, by start."""
    turns: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rows:
        if row.metric == "customer_wait" and start <= day_of(row.start) <= end and row.ended not in GONE:
            turns[group(row), row.case].append(row)
    figures: dict[str, dict[str, Any]] = {}
    for name in {name for name, _ in turns}:
        cases = [each for (other, _), each in turns.items() if other == name]
        over = [each for each in cases if all(row.stop for row in each)]
        still = [each for each in cases if not all(row.stop for row in each)]
        figures[name] = {
            "count": len(over),
            "elapsed": spread(sum(((r.stop or NOW) - r.start for r in each), timedelta()) for each in over),
            "business": spread(sum((r.business or timedelta() for r in each), timedelta()) for each in over),
            "still_open": len(still),
            "open_ages": spread(sum(((r.stop or NOW) - r.start for r in each), timedelta()) for each in still),
        }
    return figures


def reopened(rows: Iterable[Row], group: Group, *, start: date, end: date) -> dict[str, dict[str, Any]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.metric == "reopened" and start <= day_of(row.start) <= end and row.ended not in GONE:
            found[group(row)].append(row)
    return {name: _reopened(each) for name, each in found.items()}


def _reopened(rows: list[Row]) -> dict[str, Any]:
    soon = [row for row in rows if row.stop and row.stop - row.start <= REOPEN[row.team]]
    may_yet = [row for row in rows if row.stop is None and NOW - row.start <= REOPEN[row.team]]
    return {
        "count": len(soon),
        "elapsed": spread(row.stop - row.start for row in soon if row.stop),
        "out_of": len(rows),
        "share": 100 * len(soon) / len(rows),
        "still_open": len(may_yet),
    }
