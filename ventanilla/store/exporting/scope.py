"""Which cases, contacts, events and items an export is about. Reads only; every list comes by id, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import contacts, conversations, events, inbox, messages
from ventanilla.words import InboxState

AT_ONCE = 200
"""Rows that are in memory together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What is asked for: all that is given must hold. `since` and `until` (excluded, UTC): cases that were opened then, and what
    happened outside of cases. `contact_id`: one customer, with what may be given to them."""

    since: datetime | None = None
    until: datetime | None = None
    channel: str | None = None
    contact_id: int | None = None

    @property
    def whole(self) -> bool:
        """Whether everything is asked for."""
        return self == Scope()


def case_ids(connection: sa.Connection, scope: Scope) -> Iterator[list[int]]:
    """The cases of a scope that is no customer's."""
    query = sa.select(conversations.c.id).where(*_within(scope, conversations.c.created_at, conversations.c.channel))
    yield from _some(connection, query, conversations.c.id)


def contact_ids(connection: sa.Connection, scope: Scope) -> Iterator[list[int]]:
    """The customers of those cases; all of them where everything is asked for."""
    query = sa.select(contacts.c.id)
    if not scope.whole:
        theirs = (
            conversations.c.contact_id == contacts.c.id,
            *_within(scope, conversations.c.created_at, conversations.c.channel),
        )
        query = query.where(sa.exists().where(*theirs))
    yield from _some(connection, query, contacts.c.id)


def events_of_no_case(connection: sa.Connection, scope: Scope) -> Iterator[Sequence[sa.Row[Any]]]:
    """What the log has beside cases."""
    query = sa.select(events.c.id).where(
        events.c.conversation_id.is_(None), *_within(scope, events.c.at, events.c.channel)
    )
    for ids in _some(connection, query, events.c.id):
        yield connection.execute(sa.select(events).where(events.c.id.in_(ids)).order_by(events.c.id)).all()


def items_of_no_message(connection: sa.Connection, scope: Scope) -> Iterator[list[int]]:
    """Items of the ledger that became no message: screened, doubled, imported, in quarantine."""
    none = ~sa.exists().where(messages.c.inbox_id == inbox.c.id)
    query = sa.select(inbox.c.id).where(
        none, inbox.c.state != InboxState.PENDING, *_within(scope, inbox.c.received_at, inbox.c.channel)
    )
    yield from _some(connection, query, inbox.c.id)


def _within(scope: Scope, at: sa.Column[Any], channel: sa.Column[Any]) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if scope.since is not None:
        found.append(at >= scope.since)
    if scope.until is not None:
        found.append(at < scope.until)
    if scope.channel is not None:
        found.append(channel == scope.channel)
    return found


def _some(connection: sa.Connection, query: sa.Select[Any], number: sa.Column[int]) -> Iterator[list[int]]:
    last = 0
    while ids := list(connection.scalars(query.where(number > last).order_by(number).limit(AT_ONCE))):
        yield ids
        last = ids[-1]
