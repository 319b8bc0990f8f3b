"""The cases whose customers waited longest for one answer: those that are over and those that wait still. What to look at first."""

from __future__ import annotations

from datetime import datetime
from itertools import product
from typing import Any

import sqlalchemy as sa

from reports.figures import Slow
from reports.queries.ranks import SECOND
from reports.queries.scope import OWNER, Scope, said_too_late
from reports.queries.waits import RESPONSES, calendar_of
from ventanilla.store.tables import clocks, conversations
from ventanilla.words import Ended

_SPARE = 4
"""Rows looked at for each that is shown: a case is shown once, by its longest wait."""


def worst(connection: sa.Connection, scope: Scope) -> tuple[Slow, ...]:
    """The longest first, a case once."""
    if not scope.wanted.worst:
        return ()
    found = sorted((*_over(connection, scope), *_open(connection, scope)), key=lambda one: (-one.seconds, one.key))
    once: dict[str, Slow] = {}
    for each in found:
        once.setdefault(each.key, each)
    return tuple(once.values())[: scope.wanted.worst]


def _over(connection: sa.Connection, scope: Scope) -> list[Slow]:
    rows: list[Slow] = []
    over = (
        clocks.c.ended.in_((Ended.REPLIED, Ended.UNANSWERED)),
        said_too_late(),
    )  # the many are read from the index alone
    for metric, ended in product(RESPONSES, over):
        longest = (
            sa.select(clocks.c.conversation_id, clocks.c.metric, clocks.c.number)
            .where(clocks.c.metric == metric, scope.counted(), ended, *scope.narrowing())
            .order_by(clocks.c.elapsed.desc())
            .limit(scope.wanted.worst * _SPARE)
            .subquery()
        )
        same = [clocks.c[name] == longest.c[name] for name in ("conversation_id", "metric", "number")]
        query = _columns().join(longest, sa.and_(*same))
        rows += [_slow(scope, row) for row in connection.execute(query)]
    return rows


def _open(connection: sa.Connection, scope: Scope) -> list[Slow]:
    rows: list[Slow] = []
    for metric in RESPONSES:
        where = [clocks.c.metric == metric, clocks.c.stopped_at.is_(None), *scope.narrowing(OWNER)]
        if not scope.wanted.by_end:
            where.append(scope.still())
        query = _columns().where(*where, clocks.c.started_at <= scope.as_of).order_by(clocks.c.started_at)
        rows += [_slow(scope, row) for row in connection.execute(query.limit(scope.wanted.worst * _SPARE))]
    return rows


def _columns() -> sa.Select[Any]:
    names = ("metric", "channel", "team", "started_at", "stopped_at", "elapsed", "business", "due_at", "calendar")
    return sa.select(
        conversations.c.key, conversations.c.owner, clocks.c.agent, *(clocks.c[name] for name in names)
    ).join_from(clocks, conversations, conversations.c.id == clocks.c.conversation_id)


def _slow(scope: Scope, row: Any) -> Slow:
    until: datetime = row.stopped_at or scope.as_of
    if row.business is None:
        business = calendar_of(scope, row.calendar).open_between(row.started_at, until).total_seconds()
    else:
        business = row.business / SECOND
    missed = (until - row.due_at).total_seconds() if row.due_at is not None else 0.0
    return Slow(
        key=row.key,
        metric=row.metric,
        channel=row.channel,
        team=row.team,
        owner=row.agent or row.owner,
        started_on=row.started_at.astimezone(scope.house.zone()).date().isoformat(),
        seconds=(until - row.started_at).total_seconds(),
        business_seconds=business,
        due_missed_by=missed if missed > 0 else None,
        still_open=row.stopped_at is None,
    )
