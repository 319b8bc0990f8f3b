"""Whoever is responsible knows it, customers get one receipt, and nothing hangs on its way out: what would break that."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with, surplus
from ventanilla.store.tables import conversations, events, outbox
from ventanilla.words import OWNED_STATES, DeliveryState, EventKind, OutboxKind

PATIENCE = timedelta(minutes=15)
_WAITING = conversations.c.state.in_(OWNED_STATES) & conversations.c.waiting_since.is_not(None)
_NOTICE = (
    (outbox.c.kind == OutboxKind.NOTICE)
    & (outbox.c.conversation_id == conversations.c.id)
    & (outbox.c.assignment_number == conversations.c.assignment_number)
)
_ESCALATED = (
    (events.c.kind == EventKind.NOTICE_ESCALATED)
    & (events.c.conversation_id == conversations.c.id)
    & (events.c.assignment_number == conversations.c.assignment_number)
)


def owner_not_told(connection: sa.Connection) -> int:
    """Where a customer waits, there is a notice for whoever is responsible now, or it was escalated."""
    return count(connection, conversations, _WAITING, ~rows_with(outbox, _NOTICE), ~rows_with(events, _ESCALATED))


def turn_not_told(connection: sa.Connection) -> int:
    """The owner is told of each turn: their newest notice is of the one that is open, which may have been moved to an earlier
    message since."""
    turn = sa.func.max(outbox.c.payload["turn"].as_string())
    query = sa.select(conversations.c.waiting_since, turn.label("told")).join(outbox, _NOTICE)
    query = query.where(_WAITING, ~rows_with(events, _ESCALATED)).group_by(
        conversations.c.id, conversations.c.waiting_since
    )
    told = [(row.waiting_since, row.told) for row in connection.execute(query) if row.told is not None]
    return sum(datetime.fromisoformat(newest) < since for since, newest in told)


def failed_notice_not_escalated(connection: sa.Connection) -> int:
    """A notice that fails is tried another way and, when there is none left, escalated."""
    failed = outbox.c.state == DeliveryState.FAILED
    return count(
        connection,
        conversations,
        _WAITING,
        rows_with(outbox, _NOTICE, failed),
        ~rows_with(outbox, _NOTICE, ~failed),
        ~rows_with(events, _ESCALATED),
    )


def acknowledged_twice(connection: sa.Connection) -> int:
    """A customer gets one receipt a case; beside it the one that a law wants (`receipt:`), whose occasion is unique by itself."""
    receipts = (outbox.c.kind == OutboxKind.ACKNOWLEDGEMENT) & outbox.c.conversation_id.is_not(None)
    receipts &= sa.not_(outbox.c.dedupe_key.startswith("receipt:"))
    return surplus(connection, outbox, outbox.c.conversation_id, among=receipts)


def sending_too_long(connection: sa.Connection, *, now: datetime) -> int:
    """Nothing is left `sending` by a process that died: after 15 minutes somebody has looked into it."""
    return count(connection, outbox, outbox.c.state == DeliveryState.SENDING, outbox.c.sending_at < now - PATIENCE)
