"""A case's clocks as rows: its stretches under the terms of the version that each runs under. Reads no store, writes none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from router.promises.law import until_first_answer
from router.timekeeping.versions import Versions
from ventanilla.measures.stretch import Stretch
from ventanilla.measures.terms import Deadline, Terms
from ventanilla.measures.timing import Timing, timed, timed_by_law
from ventanilla.words import Ended, Metric

Row = Any
"""A mapping of the columns; of what is taken over, the very row that stands there."""
_MICROSECOND = timedelta(microseconds=1)
_RESPONSES = (Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE)
_KEPT = frozenset(Metric) - {Metric.FIRST_RESOLUTION, Metric.FULL_RESOLUTION, Metric.LEGAL}
"""Clocks without pauses: one that has ended is what its two ends say."""


def rows_of(
    case_id: int,
    stretches: Iterable[Stretch],
    versions: Versions,
    *,
    standing: Mapping[tuple[str, int], Any],
    brought: Mapping[int, Iterable[Row]],
) -> list[Row]:
    """Every row that the case should have. `standing` are those it has: what has ended and is as it was is taken over from them.
    `brought` are the rows of cases merged into it: it is due no later than they were."""
    found: list[Row] = []
    for stretch in stretches:
        version = versions.of(stretch)
        there = standing.get((stretch.metric, stretch.number))
        if there is not None and _is_as_it_was(there, stretch, version):
            found.append(there._mapping)
            continue
        terms = versions.terms(version, stretch.facts)
        if stretch.metric is Metric.LEGAL:
            found += _legal(case_id, stretch, terms, versions, brought)
            continue
        limited = _limited(stretch, brought)
        found.append(_row(case_id, limited, terms, timed(limited, terms), versions))
    return found


def _is_as_it_was(row: Any, stretch: Stretch, version: int) -> bool:
    return (
        stretch.metric in _KEPT
        and stretch.stopped_at is not None
        and not stretch.brought_by
        and row.stopped_at == stretch.stopped_at
        and row.started_at == stretch.started_at
        and row.ended == stretch.ended
        and row.agent == stretch.agent
        and row.team == (stretch.team or stretch.facts.team)
        and row.kind == stretch.facts.kind
        and row.priority == stretch.facts.priority
        and row.config_version == version
    )


def _legal(
    case_id: int, stretch: Stretch, terms: Terms, versions: Versions, brought: Mapping[int, Iterable[Row]]
) -> Iterator[Row]:
    for number, deadline in enumerate(terms.deadlines, 1):
        this = _limited(_until(replace(stretch, number=number, name=deadline.name), deadline), brought)
        yield _row(case_id, this, terms, timed_by_law(this, deadline, terms), versions)


def _until(stretch: Stretch, deadline: Deadline) -> Stretch:
    """Where the law asks for a first answer alone, that one keeps the deadline."""
    answered = stretch.answered_at
    if stretch.stopped_at is not None and stretch.ended is not Ended.REPLIED:
        return stretch
    if answered is None or not until_first_answer(deadline.name):
        return stretch
    return replace(stretch, stopped_at=max(answered, stretch.started_at), ended=Ended.REPLIED)


def _limited(stretch: Stretch, brought: Mapping[int, Iterable[Row]]) -> Stretch:
    """The survivor of a merge is due no later than what it took over was."""
    if not stretch.brought_by:
        return stretch
    dues = [
        row["due_at"]
        for case_id in stretch.brought_by
        for row in brought.get(case_id, ())
        if row["ended"] == Ended.MERGED and row["due_at"] is not None and _is_like(row, stretch)
    ]
    return replace(stretch, no_later_than=min(dues)) if dues else stretch


def _is_like(row: Row, stretch: Stretch) -> bool:
    if stretch.metric in _RESPONSES:
        return row["metric"] in _RESPONSES
    return bool(row["metric"] == stretch.metric and row["name"] == stretch.name)


def _row(case_id: int, stretch: Stretch, terms: Terms, timing: Timing, versions: Versions) -> Row:
    facts, zone = stretch.facts, versions.zone(terms.config_version)
    start = stretch.started_at.astimezone(zone)
    stop = stretch.stopped_at.astimezone(zone) if stretch.stopped_at is not None else None
    return {
        "conversation_id": case_id,
        "metric": str(stretch.metric),
        "number": stretch.number,
        "name": stretch.name,
        "channel": facts.channel,
        "team": stretch.team or facts.team,
        "kind": str(facts.kind),
        "priority": str(facts.priority),
        "agent": stretch.agent,
        "started_at": stretch.started_at,
        "stopped_at": stretch.stopped_at,
        "ended": str(stretch.ended) if stretch.ended is not None else None,
        "paused_since": timing.paused_since,
        "elapsed": _length(timing.elapsed),
        "business": _length(timing.business),
        "paused": timing.paused // _MICROSECOND,
        "promise": terms.promise,
        "calendar": terms.calendar_name,
        "config_version": terms.config_version,
        "within": _length(timing.within),
        "target": timing.target,
        "warn_at": timing.warn_at,
        "due_at": timing.due_at,
        "warned_at": None,
        "breached_at": None,
        "day": start.date().isoformat(),
        "hour": start.hour,
        "end_day": stop.date().isoformat() if stop is not None else None,
        "end_hour": stop.hour if stop is not None else None,
    }


def _length(length: timedelta | None) -> int | None:
    return None if length is None else length // _MICROSECOND


def first_answer(rows: Iterable[Row]) -> datetime | None:
    """When a customer of the case was first answered, whichever of their waits that ended."""
    replied = (row["stopped_at"] for row in rows if row["metric"] in _RESPONSES and row["ended"] == Ended.REPLIED)
    return min(replied, default=None)


def open_turn(rows: Iterable[Row]) -> Row | None:
    """The response clock that runs; None where nobody waits."""
    return next((row for row in rows if row["metric"] in _RESPONSES and row["stopped_at"] is None), None)


def nearest_due(rows: Iterable[Row]) -> datetime | None:
    """What is due next of all that runs."""
    return min((row["due_at"] for row in rows if row["stopped_at"] is None and row["due_at"] is not None), default=None)
