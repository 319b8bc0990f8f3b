"""An answer that went out ended a wait, one that did not arrive ended none, and first responses are what the messages say."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with
from ventanilla.store.tables import conversations, events, messages, outbox
from ventanilla.words import DeliveryState, Direction, EventKind, OutboxKind

_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED)
_ITS_LETTER = messages.c.outbox_id == outbox.c.id


def answer_without_message(connection: sa.Connection) -> int:
    """What one of us writes to a customer stands in the case before it goes out."""
    return count(connection, outbox, outbox.c.kind == OutboxKind.REPLY, ~rows_with(messages, _ITS_LETTER))


def answer_gone_but_not_stamped(connection: sa.Connection) -> int:
    """An answer that a provider took carries the time when it did."""
    return count(
        connection,
        outbox,
        outbox.c.kind == OutboxKind.REPLY,
        outbox.c.state.in_(_GONE),
        rows_with(messages, _ITS_LETTER, messages.c.replied_at.is_(None)),
    )


def failed_answer_ends_a_turn(connection: sa.Connection) -> int:
    """An answer that did not arrive leaves its customer waiting."""
    failed = (outbox.c.kind == OutboxKind.REPLY) & (outbox.c.state == DeliveryState.FAILED)
    return count(connection, outbox, failed, rows_with(messages, _ITS_LETTER, messages.c.turn_since.is_not(None)))


def first_response_of_nothing(connection: sa.Connection) -> int:
    """A first response is the time of a message of ours that ended a turn. (One in another case may have: its event says so.)"""
    family = conversations.alias("family")
    of_family = (family.c.id == messages.c.conversation_id) & (family.c.merged_into == conversations.c.id)
    theirs = messages.c.conversation_id == conversations.c.id
    that_one = (messages.c.replied_at == conversations.c.first_response_at) & (messages.c.direction == Direction.OUT)
    elsewhere = (
        (events.c.conversation_id == conversations.c.id)
        & (events.c.kind == EventKind.TURN_CLOSED)
        & (events.c.at == conversations.c.first_response_at)
        & events.c.message_id.is_not(None)
    )
    return count(
        connection,
        conversations,
        conversations.c.first_response_at.is_not(None),
        ~rows_with(messages, that_one, sa.or_(theirs, rows_with(family, of_family))),
        ~rows_with(events, elsewhere),
    )
