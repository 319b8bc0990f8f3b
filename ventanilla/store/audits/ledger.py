"""Nothing is lost and nothing is doubled: what would break that between the inbox and the cases."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with, surplus
from ventanilla.store.tables import events, inbox, messages
from ventanilla.words import STAFF_BOT, Direction, EventKind, InboxState

PATIENCE = timedelta(minutes=15)
_FROM_IT = messages.c.inbox_id == inbox.c.id


def item_in_ledger_twice(connection: sa.Connection) -> int:
    """Each item of a source stands in the ledger once."""
    return surplus(connection, inbox, inbox.c.source, inbox.c.item_key, among=sa.true())


def same_item_routed_twice(connection: sa.Connection) -> int:
    """One item under two keys becomes one message, unless a person let it through. (A server renumbers its mailbox.)"""
    routed = (inbox.c.state == InboxState.ROUTED) & inbox.c.identity.is_not(None) & inbox.c.released_by.is_(None)
    return surplus(connection, inbox, inbox.c.channel, inbox.c.identity, among=routed)


def routed_item_without_message(connection: sa.Connection) -> int:
    """Every routed item is a message of some case. (What our own people tell their bot is none.)"""
    routed = (inbox.c.state == InboxState.ROUTED) & (inbox.c.channel != STAFF_BOT)
    return count(connection, inbox, routed, ~rows_with(messages, _FROM_IT))


def message_without_routed_item(connection: sa.Connection) -> int:
    """Every message of a customer comes from a routed item: nothing imported, screened or doubled stands in a case."""
    routed = (inbox.c.id == messages.c.inbox_id) & (inbox.c.state == InboxState.ROUTED)
    return count(connection, messages, messages.c.direction == Direction.IN, ~rows_with(inbox, routed))


def pending_too_long(connection: sa.Connection, *, now: datetime) -> int:
    """What came in is routed: no item is pending for more than 15 minutes. (After a replay or a release they begin again.)"""
    again = (
        (events.c.inbox_id == inbox.c.id)
        & events.c.kind.in_((EventKind.MESSAGE_REPLAYED, EventKind.MESSAGE_RELEASED))
        & (events.c.recorded_at > now - PATIENCE)
    )
    late = inbox.c.pulled_at < now - PATIENCE
    return count(connection, inbox, inbox.c.state == InboxState.PENDING, late, ~rows_with(events, again))
