"""Which way an answer to a case goes: by the kind of its channel. A channel of another package gets the plainest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.twilio import TwilioSettings
from router.house import House
from router.replies.by_mail import mail_reply
from router.replies.by_phone import phone_reply
from router.replies.letter import Composed
from router.replies.way import on_its_way
from ventanilla.store.tables import conversations, messages
from ventanilla.words import Direction

_NEWEST = (
    sa.select(messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
    .order_by(messages.c.received_at.desc(), messages.c.id.desc())
    .limit(1)
)


def compose_reply(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    *,
    agent: str,
    text: str,
    html: str | None = None,
    cc: Sequence[str] = (),
    occasion: str,
    now: datetime,
    files: int = 0,
) -> Composed:
    """The answer as its way out needs it, with so many files. `occasion` is new for each answer: its Message-ID is made of it.
    Raises Refused for what can never go out that way."""
    case = on_its_way(house, case)
    settings = house.config.channels.get(case.channel)
    if isinstance(settings, EmailSettings):
        return mail_reply(connection, house, case, agent=agent, text=text, html=html, cc=cc, occasion=occasion)
    if isinstance(settings, TwilioSettings):
        return phone_reply(connection, house, case, agent=agent, text=text, now=now, files=files)
    return chat_reply(connection, case, text=text)


def chat_reply(connection: sa.Connection, case: sa.Row[Any], *, text: str) -> Composed:
    """Into the chat, from the account of ours that was written to, as an answer to the newest message there."""
    newest = connection.execute(_NEWEST, {"case_id": case.id}).one_or_none()
    payload: dict[str, Any] = {"text": text, "account": case.account}
    if newest is not None and newest.external_id:
        payload["in_reply_to"] = newest.external_id
    return Composed(via=case.channel, recipient=case.address, payload=payload)
