"""The screen's questions to the store, made once. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from demo.ledger import Glimpse, glimpse
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.inbox import raw_bytes
from ventanilla.store.tables import (
    agents,
    assignments,
    attachments,
    channels,
    contacts,
    conversations,
    events,
    inbox,
    messages,
    outbox,
    remote_files,
)
from ventanilla.words import STAFF_BOT, DeliveryState, Direction, EventKind, FileState, InboxState, Kind

MOST_WAITING = 60
MOST_TEXT = 160
_FIRST_WORDS = (
    sa.select(sa.func.substr(messages.c.reply_text, 1, MOST_TEXT))
    .where(messages.c.conversation_id == conversations.c.id, messages.c.direction == Direction.IN)
    .order_by(messages.c.id)
    .limit(1)
    .correlate(conversations)
    .scalar_subquery()
)
_SUBJECT = sa.case((conversations.c.subject != "", conversations.c.subject), else_=_FIRST_WORDS).label("subject")
_WORDS = sa.case(
    (messages.c.subject != "", messages.c.subject), else_=sa.func.substr(messages.c.reply_text, 1, MOST_TEXT)
).label("subject")
_NAME = sa.case(
    (contacts.c.name != "", contacts.c.name),
    (conversations.c.address != "", conversations.c.address),
    else_=conversations.c.key,
).label("customer")

NEWEST_EVENT = sa.select(sa.func.max(events.c.id))
EVENTS = (
    sa.select(events)
    .where(events.c.id > sa.bindparam("after"), events.c.kind.in_(sa.bindparam("kinds", expanding=True)))
    .order_by(events.c.id)
)
NAMES = sa.select(agents.c.name, agents.c.display_name)
AGENTS = (
    sa.select(agents.c.name, agents.c.display_name, agents.c.load, agents.c.capacity, agents.c.on_duty)
    .where(agents.c.enabled)
    .order_by(agents.c.capacity, agents.c.name)
)
INBOX_ROW = sa.select(inbox).where(inbox.c.id == sa.bindparam("row_id"))
_SENT = sa.func.coalesce(inbox.c.note, "").startswith(OUTBOUND)
OWN_COPY = _SENT & (inbox.c.state == InboxState.DUPLICATE)
"""A copy in the folder of sent mail of what the service itself sent."""
DUPLICATES = sa.select(inbox).where(inbox.c.state == InboxState.DUPLICATE, sa.not_(_SENT))
ANSWERED = sa.select(sa.func.count()).select_from(messages).where(messages.c.turn_since.is_not(None))
FIRST_RESPONSES = sa.select(conversations.c.first_message_at, conversations.c.first_response_at).where(
    conversations.c.first_response_at.is_not(None)
)
INBOX = (
    sa.select(inbox.c.state, sa.func.count().label("items"))
    .where(inbox.c.channel != STAFF_BOT, sa.not_(_SENT))
    .group_by(inbox.c.state)
)
MEDIA = (
    sa.select(messages.c.medium, sa.func.count().label("items"))
    .where(messages.c.direction == Direction.IN)
    .group_by(messages.c.medium)
)
FILES = sa.select(sa.func.count()).select_from(remote_files).where(remote_files.c.state == FileState.FETCHED)
LINKED = sa.select(sa.func.count()).select_from(agents).where(agents.c.telegram.is_not(None), agents.c.enabled)
CASES = sa.select(sa.func.count()).select_from(conversations)
LINE = (
    sa.select(conversations.c.owner, sa.func.count().label("items"))
    .where(conversations.c.line_since.is_not(None), conversations.c.owned == 1)
    .group_by(conversations.c.owner)
)
WAITING = (
    sa.select(
        conversations.c.key,
        conversations.c.owner,
        _SUBJECT,
        conversations.c.waiting_since,
        conversations.c.due_at,
        conversations.c.line_since,
        _NAME,
    )
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.waiting_since.is_not(None), conversations.c.owned == 1)
    .order_by(conversations.c.line_since.is_(None), conversations.c.waiting_since, conversations.c.id)
    .limit(MOST_WAITING)
)
LETTERS = sa.select(
    outbox.c.kind,
    sa.func.count(outbox.c.sent_at).label("gone"),
    sa.func.count().filter(outbox.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING))).label("due"),
).group_by(outbox.c.kind)
CHANNELS = sa.select(channels.c.name, channels.c.last_pull_at, channels.c.problem).where(channels.c.enabled)

_FIRST = (
    sa.select(sa.func.min(messages.c.id))
    .where(messages.c.conversation_id == conversations.c.id)
    .correlate(conversations)
    .scalar_subquery()
)
_FILE = (
    sa.select(sa.func.min(attachments.c.filename))
    .where(attachments.c.message_id == messages.c.id, sa.not_(attachments.c.inline))
    .correlate(messages)
    .scalar_subquery()
)
_FILE_ELSEWHERE = (
    sa.select(sa.func.min(remote_files.c.filename))
    .where(remote_files.c.message_id == messages.c.id)
    .correlate(messages)
    .scalar_subquery()
)
_CONTACT_NAME = (
    sa.select(contacts.c.name)
    .where(contacts.c.id == conversations.c.contact_id)
    .correlate(conversations)
    .scalar_subquery()
)
MESSAGE = (
    sa.select(
        messages.c.external_id,
        messages.c.from_name,
        messages.c.from_address,
        messages.c.medium,
        _WORDS,
        messages.c.pulled_at,
        messages.c.routed_at,
        conversations.c.key,
        assignments.c.agent,
        assignments.c.reason,
        (messages.c.id == _FIRST).label("is_first"),
        sa.func.coalesce(_FILE, _FILE_ELSEWHERE).label("file"),
        _CONTACT_NAME.label("contact"),
    )
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .join(
        assignments,
        (assignments.c.conversation_id == messages.c.conversation_id)
        & (assignments.c.number == messages.c.assignment_number),
    )
    .where(messages.c.id == sa.bindparam("message_id"))
)
_BEFORE = assignments.alias("before")
HAND_OVER = (
    sa.select(
        _BEFORE.c.agent.label("before"),
        assignments.c.decision,
        conversations.c.key,
        _SUBJECT,
        _NAME,
    )
    .join(conversations, conversations.c.id == assignments.c.conversation_id)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .join(
        _BEFORE,
        (_BEFORE.c.conversation_id == assignments.c.conversation_id) & (_BEFORE.c.number == assignments.c.number - 1),
    )
    .where(assignments.c.conversation_id == sa.bindparam("case_id"), assignments.c.number == sa.bindparam("number"))
)

CASE = (
    sa.select(conversations.c.key, conversations.c.owner, _SUBJECT, _NAME)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(conversations.c.id == sa.bindparam("case_id"))
)
COMPLAINT = (
    sa.select(conversations.c.key)
    .where(conversations.c.kind.in_((Kind.COMPLAINT, Kind.CLAIM)))
    .order_by(conversations.c.id)
    .limit(1)
)
TOLD_LATE = (
    sa.select(events.c.kind, sa.func.count().label("items"))
    .where(events.c.kind.in_((EventKind.PROMISE_WARNED, EventKind.PROMISE_BREACHED)))
    .group_by(events.c.kind)
)
TWO_CONTACTS = sa.select(contacts.c.id, contacts.c.name).where(contacts.c.id.in_(sa.bindparam("ids", expanding=True)))


ANSWER = (
    sa.select(messages.c.agent, messages.c.medium, conversations.c.key, _SUBJECT, _NAME)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(messages.c.id == sa.bindparam("message_id"))
)


def is_sent(row: sa.Row[Any]) -> bool:
    """Whether a row of the ledger came from the folder of sent mail."""
    return str(row.note or "").startswith(OUTBOUND)


def glimpse_of(store: Store, row: sa.Row[Any]) -> Glimpse:
    """What the raw item of a ledger row says. For items that became no message."""
    return glimpse(row.channel, raw_bytes(store, row) or b"")
