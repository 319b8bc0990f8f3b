"""Answers of our own people to what cannot be answered: digests, alerts. Nothing typed is lost without a word."""

from __future__ import annotations

import sqlalchemy as sa

from router.house import House
from router.mail_answers.telling import tell_dead_end
from ventanilla.store.events import Journal
from ventanilla.store.messages import Received
from ventanilla.store.tables import outbox
from ventanilla.words import OutboxKind

_OURS = sa.select(outbox.c.agent).where(
    outbox.c.external_id.in_(sa.bindparam("ids", expanding=True)),
    outbox.c.recipient == sa.bindparam("address"),
    outbox.c.kind.in_((OutboxKind.NOTICE, OutboxKind.ALERT, OutboxKind.DIGEST, OutboxKind.SERVICE)),
    outbox.c.agent.is_not(None),
)


def note_dead_end(connection: sa.Connection, house: House, one: Received, journal: Journal) -> None:
    """One of us wrote a mail that is no customer's: if it answers something that we sent them, they are told that it reached
    nobody, with all of their text. A forwarded mail, or one of their own accord, is let be."""
    message = one.message
    if not message.in_reply_to or not (message.reply_text or message.text).strip():
        return
    facts = {"ids": list(message.in_reply_to), "address": message.author.address}
    agent = connection.execute(_OURS, facts).scalars().first()
    if agent is not None:
        tell_dead_end(connection, house, message, journal, agent=agent, inbox_id=one.row.id)
