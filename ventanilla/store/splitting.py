"""Messages that become a case of their own: with their versions and files, under the new case's assignment. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import conversations, message_refs, messages
from ventanilla.store.turns import Due, stop_waiting
from ventanilla.words import Direction, EventKind

SPLIT = "split"
_ADD_REF = insert_ignoring(message_refs)


def said_from(connection: sa.Connection, message: sa.Row[Any], *, and_after: bool) -> list[sa.Row[Any]]:
    """The message itself, or it and what its customer sent after it in the same case; versions are not told apart."""
    mine = messages.c.id == message.id
    if and_after:
        at = messages.c.received_at
        later = (at > message.received_at) | ((at == message.received_at) & (messages.c.id > message.id))
        mine = mine | later
    query = sa.select(messages).where(messages.c.conversation_id == message.conversation_id, mine)
    query = query.where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
    return list(connection.execute(query.order_by(messages.c.received_at, messages.c.id)))


def move_messages(
    connection: sa.Connection, said: Sequence[sa.Row[Any]], case: sa.Row[Any], new: sa.Row[Any], journal: Journal
) -> None:
    """Put messages, with their versions, under the new case's open assignment; what they are known by leads there from now on."""
    ids = [message.id for message in said]
    versions = messages.c.id.in_(ids) | messages.c.edits.in_(ids)
    values = {"conversation_id": new.id, "assignment_number": new.assignment_number}
    connection.execute(sa.update(messages).where(versions).values(values))
    for message in said:
        if message.external_id and not case.conversational:
            known = message_refs.c.external_id == message.external_id
            connection.execute(sa.delete(message_refs).where(known, message_refs.c.conversation_id == case.id))
            ref = {"external_id": message.external_id, "conversation_id": new.id, "own": False}
            connection.execute(_ADD_REF[connection.dialect.name], ref)
        ids_of = {"conversation_id": case.id, "message_id": message.id}
        journal.add(EventKind.CASE_SPLIT, data={"to": new.id}, **ids_of)


def settle_rest(connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, due: Due, agent: str) -> None:
    """The case that messages were taken from waits for what is left of its turn, `due` from when that came in, or no more; it
    begins with what is left of it, and stays in line."""
    family = sa.select(conversations.c.id).where(
        sa.or_(conversations.c.id == case.id, conversations.c.merged_into == case.id)
    )
    left = sa.select(sa.func.min(messages.c.received_at)).where(
        messages.c.conversation_id.in_(family), messages.c.direction == Direction.IN, messages.c.edits.is_(None)
    )
    first = connection.scalar(left)
    if first is not None and first > case.first_message_at:
        connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(first_message_at=first))
    if case.waiting_since is None:
        return
    since = connection.scalar(left.where(messages.c.received_at >= case.waiting_since))
    if since == case.waiting_since:
        return
    if since is None:
        stop_waiting(connection, case, journal, at=journal.now, outcome=SPLIT, agent=agent)
        return
    values = {"waiting_since": since, "due_at": due(since)}
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=since, data={"moved": SPLIT})
