"""The newest events of the log and what stands now in the cases that they are about, for whoever follows it. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import channels, collaborators, conversations, events, messages

EXCERPT = 160
"""Letters of a message that are read for whoever is told of it."""
_COLUMNS = (
    events.c.id,
    events.c.recorded_at,
    events.c.kind,
    events.c.actor,
    events.c.conversation_id,
    events.c.message_id,
    events.c.agent,
    sa.literal("told").label("state"),  # an event is over when it is there
)
_AFTER: sa.Select[Any] = (
    sa.select(*_COLUMNS).where(events.c.id > sa.bindparam("last")).order_by(events.c.id).limit(sa.bindparam("most"))
)
_GIVEN: sa.Select[Any] = (
    sa.select(*_COLUMNS).where(events.c.id.in_(sa.bindparam("ids", expanding=True))).order_by(events.c.id)
)
_CASE: sa.Select[Any] = (
    sa.select(
        conversations.c.id,
        conversations.c.key,
        conversations.c.team,
        conversations.c.owner,
        conversations.c.subject,
        conversations.c.line_since,
        conversations.c.merged_into,
        channels.c.mode,
    )
    .join(channels, channels.c.name == conversations.c.channel)
    .where(conversations.c.id.in_(sa.bindparam("ids", expanding=True)))
)
_HELPERS: sa.Select[Any] = sa.select(collaborators.c.conversation_id, collaborators.c.agent).where(
    collaborators.c.conversation_id.in_(sa.bindparam("ids", expanding=True))
)
_TEXTS = sa.select(messages.c.id, sa.func.substr(messages.c.text, 1, EXCERPT).label("text")).where(
    messages.c.id.in_(sa.bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNow:
    """Whom a case is of just now. `into` is the one that it was merged into; `subject` is the customer's text."""

    id: int
    key: str
    team: str
    owner: str
    helpers: frozenset[str]
    mode: str
    in_line: bool
    subject: str
    into: CaseNow | None = None


def newest_event(connection: sa.Connection) -> int:
    """The highest id of the log; 0 while it is empty."""
    return int(connection.scalar(sa.select(sa.func.max(events.c.id))) or 0)


def events_after(connection: sa.Connection, last: int, most: int) -> Sequence[Mapping[str, Any]]:
    """At most so many events with a higher id, in order. On PostgreSQL one with a lower id may appear later."""
    return [dict(row._mapping) for row in connection.execute(_AFTER, {"last": last, "most": most})]


def events_with(connection: sa.Connection, ids: Sequence[int]) -> Sequence[Mapping[str, Any]]:
    """Those of these events that are there."""
    return [dict(row._mapping) for row in connection.execute(_GIVEN, {"ids": list(ids)})] if ids else []


def cases_now(connection: sa.Connection, ids: Sequence[int]) -> Mapping[int, CaseNow]:
    """Some cases by id, each with the one that it was merged into."""
    rows = {row.id: row for row in connection.execute(_CASE, {"ids": list(ids)})} if ids else {}
    further = sorted({row.merged_into for row in rows.values() if row.merged_into} - rows.keys())
    if further:
        rows |= {row.id: row for row in connection.execute(_CASE, {"ids": further})}
    helpers: dict[int, set[str]] = {}
    if rows:
        for row in connection.execute(_HELPERS, {"ids": list(rows)}):
            helpers.setdefault(row.conversation_id, set()).add(row.agent)
    made: dict[int, CaseNow] = {}
    for row in sorted(rows.values(), key=lambda row: row.merged_into is not None):
        made[row.id] = _case(row, helpers.get(row.id, set()), made.get(row.merged_into))
    return made


def message_texts(connection: sa.Connection, ids: Sequence[int]) -> Mapping[int, str]:
    """The beginnings of some messages by id: customers' text."""
    return {row.id: row.text or "" for row in connection.execute(_TEXTS, {"ids": list(ids)})} if ids else {}


def _case(row: sa.Row[Any], helpers: set[str], into: CaseNow | None) -> CaseNow:
    return CaseNow(
        id=row.id,
        key=row.key,
        team=row.team,
        owner=row.owner,
        helpers=frozenset(helpers),
        mode=row.mode,
        in_line=row.line_since is not None,
        subject=row.subject,
        into=into,
    )
