"""A customer says thank you when nobody owes them an answer: written down in the case, and it neither opens a turn nor a case."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.incoming.matching import OVER, Match
from router.incoming.thanks import is_thanks
from ventanilla.channel import Message, Party
from ventanilla.store.events import Journal
from ventanilla.store.messages import MERE_THANKS, Received, add_inbound
from ventanilla.store.tables import conversations, messages
from ventanilla.words import CaseState, Direction

_SPOKEN = ("call", "voicemail", "visit")
_LAST_SAID = (
    sa.select(messages.c.reply_text)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.OUT, messages.c.replied_at.is_not(None))
    .order_by(messages.c.replied_at.desc(), messages.c.id.desc())
    .limit(1)
)


def case_thanked(connection: sa.Connection, found: Match, message: Message) -> sa.Row[Any] | None:
    """The case that a message merely says thanks for: one that is over, or that waits for its customer and asked them nothing."""
    case = found.case if found.case is not None else found.over
    if case is None or message.files or message.attachments or message.medium in _SPOKEN:
        return None
    asks = case.state == CaseState.WAITING_CUSTOMER and "?" in (
        connection.scalar(_LAST_SAID, {"case_id": case.id}) or ""
    )
    at_rest = case.state in OVER or (case.state == CaseState.WAITING_CUSTOMER and case.waiting_since is None)
    if not at_rest or asks:
        return None
    return case if is_thanks(message.reply_text or message.text, name=message.customer.name) else None


def note_thanks(
    connection: sa.Connection, case: sa.Row[Any], one: Received, journal: Journal, *, participants_of: list[Party]
) -> int:
    """Write it down under the case's last assignment; nobody waits and nobody is told. Returns the message's id."""
    message_id = add_inbound(connection, case, one, journal, participants_of=participants_of, how=MERE_THANKS)
    last = max(case.last_message_at, one.row.received_at)
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(last_message_at=last))
    return message_id
