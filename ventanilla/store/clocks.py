"""The rows of `clocks` and the events that they are derived from: many cases read in a few statements, and written by what differs.

Knows no terms: what stands in a row is worked out in router/timekeeping/. The rows can be emptied and written again from the log.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ventanilla.measures.life import TIMED
from ventanilla.store.tables import clocks, conversations, events
from ventanilla.words import EventKind

TOLD = (EventKind.DUE_SET, EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED)
"""What the log says of clocks themselves."""
Place = tuple[str, int]
"""Which clock of a case: its metric and its number."""
_KEY = ("conversation_id", "metric", "number")
_TIMES = ("warned_at", "breached_at")
_IN_CASES = events.c.conversation_id.in_(sa.bindparam("ids", expanding=True))
_TIMED_EVENTS = (
    sa.select(
        events.c.id,
        events.c.at,
        events.c.recorded_at,
        events.c.kind,
        events.c.channel,
        events.c.conversation_id,
        events.c.message_id,
        events.c.outbox_id,
        events.c.agent,
        events.c.data,
    )
    .where(_IN_CASES, events.c.kind.in_(TIMED))
    .order_by(events.c.id)
)
_TOLD_EVENTS = sa.select(events.c.conversation_id, events.c.kind, events.c.at, events.c.recorded_at, events.c.data)
_TOLD_EVENTS = _TOLD_EVENTS.where(_IN_CASES, events.c.kind.in_(TOLD)).order_by(events.c.id)
_ROWS = sa.select(clocks).where(clocks.c.conversation_id.in_(sa.bindparam("ids", expanding=True)))
_CASES = (
    sa.select(
        conversations.c.id,
        conversations.c.owned,
        conversations.c.waiting_since,
        conversations.c.due_at,
        conversations.c.next_due_at,
        conversations.c.first_response_at,
    )
    .where(conversations.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(conversations.c.id)
)
_LOCK = _CASES.with_for_update(skip_locked=True)
_GONE = sa.delete(clocks).where(*(clocks.c[name] == sa.bindparam(f"this_{name}") for name in _KEY))
_SET = (
    sa.update(conversations)
    .where(conversations.c.id == sa.bindparam("case_id"))
    .values({name: sa.bindparam(f"new_{name}") for name in ("due_at", "next_due_at", "first_response_at")})
)


def _upsert(engine: Any) -> Any:
    """Everything as it is now, but what was told stays told."""
    statement = engine.insert(clocks)
    new = {column.name: statement.excluded[column.name] for column in clocks.columns if column.name not in _KEY}
    new |= {name: sa.func.coalesce(clocks.c[name], statement.excluded[name]) for name in _TIMES}
    return statement.on_conflict_do_update(index_elements=[clocks.c[name] for name in _KEY], set_=new)


_PUT = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}


def timed_events(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, list[Any]]:
    """Every event of these cases that says something of their times, in the order of their ids."""
    return _by_case(connection.execute(_TIMED_EVENTS, {"ids": list(case_ids)})) if case_ids else {}


def told_events(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, list[Any]]:
    """What the log says of these cases' clocks: due times that were set, warnings and breaches, in their order."""
    return _by_case(connection.execute(_TOLD_EVENTS, {"ids": list(case_ids)})) if case_ids else {}


def clock_rows(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, dict[Place, Any]]:
    """The rows of these cases, by metric and number."""
    if not case_ids:
        return {}
    found: dict[int, dict[Place, Any]] = defaultdict(dict)
    for row in connection.execute(_ROWS, {"ids": list(case_ids)}):
        found[row.conversation_id][row.metric, row.number] = row
    return found


def lock_cases(connection: sa.Connection, case_ids: Collection[int]) -> dict[int, Any]:
    """These cases' times, each locked; one that somebody else holds is left out rather than waited for (PostgreSQL)."""
    return {row.id: row for row in connection.execute(_LOCK, {"ids": list(case_ids)})} if case_ids else {}


def write_clocks(
    connection: sa.Connection, rows: Sequence[Mapping[str, Any]], gone: Iterable[tuple[int, str, int]] = ()
) -> None:
    """Put these rows in the place of what stands there, and take away those that are `gone` (case, metric, number). What a row was
    warned of and told stays."""
    lost = [dict(zip((f"this_{name}" for name in _KEY), key, strict=True)) for key in gone]
    if lost:
        connection.execute(_GONE, lost)
    if rows:
        connection.execute(_PUT[connection.dialect.name], list(rows))


def set_due(connection: sa.Connection, changes: Sequence[Mapping[str, Any]]) -> None:
    """Write down in the cases what their clocks come to: rows of `id`, due_at, next_due_at and first_response_at."""
    if changes:
        named = [
            {"case_id": one["id"], **{f"new_{name}": value for name, value in one.items() if name != "id"}}
            for one in changes
        ]
        connection.execute(_SET, named)


def _by_case(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.conversation_id].append(row)
    return found
