"""Cases a page at a time by every filter that a program asks with, in an order that a cursor can go on in. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ventanilla.keys import read_key
from ventanilla.store.nearest_due import NEAREST, NEAREST_DUE, comes_after
from ventanilla.store.tables import addresses, contacts, conversations
from ventanilla.store.views.cases import case_document, case_rows_by_id
from ventanilla.words import CaseState, Kind, Priority

_COLUMN = conversations.c


class Order(StrEnum):
    """By what cases are listed: the nearest due first, or the newest first."""

    DUE = "due"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A case's place in an order: when it was due next and since when its customer waited as it was read, and its id."""

    due: datetime | None
    waiting_since: datetime | None
    case_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which cases: every given thing must hold. `words` is part of a subject, of a customer's name or address, or a key."""

    states: Sequence[CaseState] = ()
    owner: str | None = None
    channel: str | None = None
    team: str | None = None
    tag: str | None = None
    kind: Kind | None = None
    priority: Priority | None = None
    waiting: bool | None = None
    words: str = ""


def page_of_cases(
    connection: sa.Connection,
    sought: Sought,
    *,
    visible: sa.ColumnElement[bool],
    order: Order,
    limit: int,
    after: Place | None = None,
) -> tuple[list[dict[str, Any]], Place | None]:
    """At most `limit` cases among the `visible` as `conversations --json` has them, and after what the next page begins; None at
    the end.

    `after` is what the page before gave, for the same order: due times that changed meanwhile move their own case alone, so
    that no other is passed over or comes twice.
    """
    query = sa.select(NEAREST.label("due"), _COLUMN.waiting_since, _COLUMN.id)
    query = query.where(visible, *_conditions(connection, sought))
    if after is not None:
        behind = comes_after(after.due, after.waiting_since, after.case_id)
        query = query.where(behind if order is Order.DUE else _COLUMN.id < after.case_id)
    query = query.order_by(*(NEAREST_DUE if order is Order.DUE else (_COLUMN.id.desc(),)))
    rows = connection.execute(query.limit(limit + 1)).all()
    found = case_rows_by_id(connection, [row.id for row in rows[:limit]])
    last = rows[limit - 1] if len(rows) > limit else None
    goes_on = Place(due=last.due, waiting_since=last.waiting_since, case_id=last.id) if last is not None else None
    return [case_document(found[row.id]) for row in rows[:limit]], goes_on


def _conditions(connection: sa.Connection, sought: Sought) -> list[sa.ColumnElement[bool]]:
    same = {
        "owner": sought.owner,
        "channel": sought.channel,
        "team": sought.team,
        "kind": sought.kind,
        "priority": sought.priority,
    }
    wanted = [_COLUMN[name] == value for name, value in same.items() if value is not None]
    if sought.states:
        wanted.append(_COLUMN.state.in_(sought.states))
    if sought.waiting is not None:
        wanted.append(_COLUMN.waiting_since.is_not(None) if sought.waiting else _COLUMN.waiting_since.is_(None))
    if sought.tag is not None:
        wanted.append(_has_tag(connection, sought.tag))
    if sought.words.strip():
        wanted.append(_says(sought.words.strip()))
    return wanted


def _has_tag(connection: sa.Connection, tag: str) -> sa.ColumnElement[bool]:
    """Capitals make no other tag; SQLite knows those of ASCII alone."""
    each = sa.func.json_each if connection.dialect.name == "sqlite" else sa.func.jsonb_array_elements_text
    tags = each(_COLUMN.tags).table_valued("value", name="tag")
    return sa.exists(sa.select(sa.literal(1)).select_from(tags).where(sa.func.lower(tags.c.value) == tag.lower()))


def _says(words: str) -> sa.ColumnElement[bool]:
    named = sa.select(contacts.c.id).where(contacts.c.name.icontains(words, autoescape=True))
    at = sa.select(addresses.c.contact_id).where(addresses.c.value.icontains(words, autoescape=True))
    return sa.or_(
        _COLUMN.subject.icontains(words, autoescape=True),
        _COLUMN.contact_id.in_(named),
        _COLUMN.contact_id.in_(at),
        _COLUMN.key == (read_key(words) or ""),
    )
