"""Cases as a list: which there are, whose they are, how long their customers wait. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.nearest_due import NEAREST_DUE
from ventanilla.store.tables import addresses, contacts, conversations, messages
from ventanilla.words import CaseState


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which cases to list: every given thing must hold. `open_only`: somebody answers for it now. `after` is a key,
    `keys` are the only ones to choose among. `by_due`: the
    nearest due first instead of the newest."""

    open_only: bool = False
    agent: str | None = None
    channel: str | None = None
    states: Sequence[CaseState] = ()
    keys: Sequence[str] | None = None
    limit: int | None = None
    after: str | None = None
    by_due: bool = False


_ABSORBED = conversations.alias("absorbed")
_OWN = (
    sa.select(sa.func.count())
    .select_from(messages)
    .where(messages.c.conversation_id == conversations.c.id, messages.c.edits.is_(None))
    .correlate(conversations)
    .scalar_subquery()
)
_TAKEN_OVER = (
    sa.select(sa.func.count())
    .select_from(messages)
    .join(_ABSORBED, _ABSORBED.c.id == messages.c.conversation_id)
    .where(_ABSORBED.c.merged_into == conversations.c.id, messages.c.edits.is_(None))
    .correlate(conversations)
    .scalar_subquery()
)
_COUNT = (_OWN + _TAKEN_OVER).label("message_count")
_ADDRESS = (
    sa.select(addresses.c.value)
    .where(addresses.c.contact_id == conversations.c.contact_id)
    .order_by(addresses.c.created_at, addresses.c.kind, addresses.c.value)
    .limit(1)
    .scalar_subquery()
    .label("contact")
)
_CASES = sa.select(conversations, contacts.c.name.label("contact_name"), _COUNT, _ADDRESS).join(
    contacts, contacts.c.id == conversations.c.contact_id
)


def list_cases(connection: sa.Connection, wanted: Wanted) -> list[dict[str, Any]]:
    """The cases, newest first; the next page begins after the last key of this one, and new cases do not shift it.

    An unknown `after` gives none. Nearest due first, the page after a key is the one that follows it as things stand now.
    """
    query = _CASES.order_by(*(NEAREST_DUE if wanted.by_due else (conversations.c.id.desc(),)))
    if wanted.open_only:
        query = query.where(conversations.c.owned == 1)
    if wanted.agent is not None:
        query = query.where(conversations.c.owner == wanted.agent)
    if wanted.channel is not None:
        query = query.where(conversations.c.channel == wanted.channel)
    if wanted.states:
        query = query.where(conversations.c.state.in_(wanted.states))
    if wanted.after is not None and wanted.by_due:
        return _page_by_due(connection, query, wanted)
    if wanted.keys is not None:
        query = query.where(conversations.c.key.in_(wanted.keys))
    if wanted.after is not None:
        before = sa.select(conversations.c.id).where(conversations.c.key == wanted.after).scalar_subquery()
        query = query.where(conversations.c.id < before)
    if wanted.limit is not None:
        query = query.limit(wanted.limit)
    return [case_document(row) for row in connection.execute(query)]


def _page_by_due(connection: sa.Connection, query: sa.Select[Any], wanted: Wanted) -> list[dict[str, Any]]:
    """Due times come and go, so that no border can be asked for: the ids in their order, and the rows of those that follow."""
    order = connection.execute(query.with_only_columns(conversations.c.id, conversations.c.key)).all()
    places = {row.key: place for place, row in enumerate(order)}
    if wanted.after not in places:
        return []
    first = places[wanted.after] + 1
    ids = [row.id for row in order[first:][: wanted.limit]]
    rows = case_rows_by_id(connection, ids)
    return [case_document(rows[case_id]) for case_id in ids]


def case_rows(connection: sa.Connection, keys: Sequence[str]) -> dict[str, sa.Row[Any]]:
    """The rows of these cases by key, as `case_document` takes them; those that there are."""
    return {row.key: row for row in connection.execute(_CASES.where(conversations.c.key.in_(keys)))}


def case_rows_by_id(connection: sa.Connection, ids: Sequence[int]) -> dict[int, sa.Row[Any]]:
    """The same by id."""
    return {row.id: row for row in connection.execute(_CASES.where(conversations.c.id.in_(ids)))} if ids else {}


def case_document(row: sa.Row[Any]) -> dict[str, Any]:
    """A case as `conversations --json` shows it. `contact` is the first address that we knew of this customer."""
    return {
        "key": row.key,
        "channel": row.channel,
        "team": row.team,
        "state": row.state,
        "owner": row.owner,
        "contact": row.contact,
        "contact_name": row.contact_name,
        "contact_id": row.contact_id,
        "subject": row.subject,
        "kind": row.kind,
        "priority": row.priority,
        "tags": row.tags,
        "created_at": row.created_at,
        "first_message_at": row.first_message_at,
        "last_message_at": row.last_message_at,
        "messages": row.message_count,
        "first_response_seconds": _seconds(row.first_message_at, row.first_response_at),
        "waiting_since": row.waiting_since,
        "due_at": row.due_at,
        "next_due_at": row.next_due_at,
        "in_line_since": row.line_since,
        "resolved_at": row.resolved_at,
    }


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else (end - start).total_seconds()
