"""Cases: opening one, adding what the customer wrote, finding it again, opening and closing a turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Message, Party
from ventanilla.keys import new_key
from ventanilla.store.agents import shift_load
from ventanilla.store.assignments import Grant, add_assignment
from ventanilla.store.contacts import note_last_owner
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import (
    attachments,
    conversation_links,
    conversations,
    message_refs,
    messages,
    participants,
)
from ventanilla.words import CaseState, Direction, EventKind

_BY_ID = sa.select(conversations).where(conversations.c.id == sa.bindparam("case_id"))
_LOCK = _BY_ID.with_for_update()
_OPEN = sa.insert(conversations).returning(conversations)
_ADD_MESSAGE = sa.insert(messages).returning(messages.c.id)
_ADD_ATTACHMENTS = sa.insert(attachments)
_ADD_REFS = insert_ignoring(message_refs)
_ADD_PARTICIPANTS = insert_ignoring(participants)
_ADD_LINK = insert_ignoring(conversation_links, conversation_links.c.conversation_id)
_WITH_REFS = sa.select(message_refs.c.external_id, message_refs.c.conversation_id).where(
    message_refs.c.external_id.in_(sa.bindparam("ids", expanding=True))
)
_BY_KEY = sa.select(conversations).where(conversations.c.key == sa.bindparam("key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case begins with."""

    channel: str
    team: str
    contact_id: int
    subject: str
    language: str
    first_message_at: datetime
    due_at: datetime | None
    promise: str | None = None
    priority: str = "normal"
    kind: str = "query"
    skills: Sequence[str] = ()
    tags: Sequence[str] = ()


def open_case(connection: sa.Connection, new: NewCase, grant: Grant, journal: Journal) -> sa.Row[Any]:
    """Open a case with its owner, its open turn and its key, all at once; return its row."""
    values = {
        **{name: getattr(new, name) for name in NewCase.__dataclass_fields__},
        "skills": list(new.skills),
        "tags": list(new.tags),
        "key": new_key(),
        "state": CaseState.OPEN,
        "owner": grant.agent,
        "owned": 1,
        "assignment_number": 1,
        "pinned": grant.pinned,
        "created_at": journal.now,
        "last_message_at": new.first_message_at,
        "waiting_since": new.first_message_at,
        "line_since": journal.now if grant.in_line else None,
    }
    case = connection.execute(_OPEN, values).one()
    shift_load(connection, {grant.agent: 1})
    journal.add(EventKind.CASE_OPENED, conversation_id=case.id, channel=new.channel, at=new.first_message_at)
    journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=new.first_message_at)
    _note_due(journal, case.id, new.due_at)
    add_assignment(connection, case.id, 1, grant, journal)
    note_last_owner(connection, new.contact_id, grant.agent)
    return case


def reopen_case(
    connection: sa.Connection,
    case: sa.Row[Any],
    grant: Grant,
    journal: Journal,
    *,
    at: datetime,
    due_at: datetime | None,
) -> sa.Row[Any]:
    """A resolved case whose customer wrote again: owned once more, with a new turn from `at`. Returns its new row."""
    number = case.assignment_number + 1
    values = {
        "state": CaseState.OPEN,
        "owner": grant.agent,
        "owned": 1,
        "assignment_number": number,
        "last_message_at": max(at, case.last_message_at),
        "waiting_since": at,
        "due_at": due_at,
        "line_since": journal.now if grant.in_line else None,
        "pinned": grant.pinned,
    }
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    shift_load(connection, {grant.agent: 1})
    _note_turn(journal, case, at, due_at)
    add_assignment(connection, case.id, number, grant, journal)
    note_last_owner(connection, case.contact_id, grant.agent)
    return lock_case(connection, case.id)


def open_turn(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, at: datetime, due_at: datetime | None
) -> bool:
    """The customer waits on us from `at`, unless they do already (more messages restart no turn). Whether a turn opened."""
    opens = case.waiting_since is None
    values: dict[str, Any] = {"last_message_at": max(at, case.last_message_at)}
    if opens:
        values |= {"waiting_since": at, "due_at": due_at, "state": CaseState.OPEN}
        shift_load(connection, {case.owner: 1})
        _note_turn(journal, case, at, due_at)
    elif at < case.waiting_since:  # routed out of order: the customer has waited since the earlier one
        values |= {"waiting_since": at, "due_at": due_at}
        moved = {"moved": "earlier message routed later"}
        journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=at, data=moved)
        _note_due(journal, case.id, due_at)
    if at < case.first_message_at:
        values |= {"first_message_at": at}
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    return opens


def _note_turn(journal: Journal, case: sa.Row[Any], at: datetime, due_at: datetime | None) -> None:
    if case.state != CaseState.OPEN:
        data = {"from": case.state, "to": CaseState.OPEN}
        journal.add(EventKind.CASE_STATE, conversation_id=case.id, at=at, data=data)
    journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=at)
    _note_due(journal, case.id, due_at)


def _note_due(journal: Journal, case_id: int, due_at: datetime | None) -> None:
    if due_at is not None:
        journal.add(EventKind.DUE_SET, conversation_id=case_id, data={"due_at": due_at.isoformat()})


def add_inbound(
    connection: sa.Connection,
    case: sa.Row[Any],
    message: Message,
    journal: Journal,
    *,
    row: sa.Row[Any],
    kept: Sequence[str],
    participants_of: Sequence[Party],
    how: str,
) -> int:
    """Write what a customer sent under the case's open assignment; return its id.

    `kept` are its attachments' hashes; `participants_of` may continue the case from now on; `how` says how it
    was matched.
    """
    values = {
        "conversation_id": case.id,
        "assignment_number": case.assignment_number,
        "direction": Direction.IN,
        "inbox_id": row.id,
        "external_id": message.external_id,
        "from_address": message.customer.address,
        "from_name": message.customer.name,
        "recipients": [party.address for party in message.to],
        "cc": [party.address for party in message.cc],
        "subject": message.subject,
        "text": message.text,
        "reply_text": message.reply_text,
        "sent_at": message.sent_at,
        "received_at": row.received_at,
        "pulled_at": row.pulled_at,
        "routed_at": journal.now,
    }
    message_id = int(connection.execute(_ADD_MESSAGE, values).scalar_one())
    _add_attachments(connection, message_id, message, kept)
    remember_refs(connection, case.id, (message.external_id, *message.in_reply_to, *message.references))
    _add_participants(connection, case.id, participants_of)
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "message_id": message_id}
    journal.add(
        EventKind.MESSAGE_RECEIVED, at=row.received_at, channel=row.channel, inbox_id=row.id, data={"how": how}, **ids
    )
    return message_id


def remember_refs(connection: sa.Connection, case_id: int, ids: Sequence[str | None], *, own: bool = False) -> None:
    """Every Message-ID and reference that a case has seen leads back to it, in whatever order mails arrive."""
    rows = [
        {"external_id": external_id, "conversation_id": case_id, "own": own}
        for external_id in dict.fromkeys(ids)
        if external_id
    ]
    if rows:
        connection.execute(_ADD_REFS[connection.dialect.name], rows)


def lock_case(connection: sa.Connection, case_id: int) -> sa.Row[Any]:
    """The case's row, locked until the transaction ends."""
    return connection.execute(_LOCK, {"case_id": case_id}).one()


def case_by_key(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """The case with this key (in its shown form); None if there is none."""
    return connection.execute(_BY_KEY, {"key": key}).one_or_none()


def cases_with_refs(connection: sa.Connection, ids: Sequence[str]) -> list[int]:
    """Ids of cases that have seen one of these Message-IDs; the one that saw the latest-named id first."""
    if not ids:
        return []
    rank = {external_id: position for position, external_id in enumerate(ids)}
    found = sorted(
        connection.execute(_WITH_REFS, {"ids": list(ids)}),
        key=lambda row: (rank[row.external_id], -row.conversation_id),
    )
    return list(dict.fromkeys(row.conversation_id for row in found))


def takes_part(connection: sa.Connection, case_id: int, party: Party, contact_id: int | None) -> bool:
    """Whether this address, or its contact, has written in that case."""
    if contact_id is not None:
        owner = connection.scalar(sa.select(conversations.c.contact_id).where(conversations.c.id == case_id))
        if owner == contact_id:
            return True
    query = sa.select(participants.c.conversation_id).where(
        participants.c.conversation_id == case_id,
        participants.c.kind == party.kind,
        participants.c.value == party.address,
    )
    return connection.execute(query).first() is not None


def link_cases(connection: sa.Connection, case_id: int, other_id: int, *, reason: str, journal: Journal) -> None:
    """Note that two cases have to do with each other; nothing is merged. A repeat does nothing."""
    row = {"conversation_id": case_id, "other_id": other_id, "reason": reason, "created_at": journal.now}
    if connection.execute(_ADD_LINK[connection.dialect.name], row).first() is not None:
        journal.add(EventKind.CASE_LINKED, conversation_id=case_id, data={"other": other_id, "reason": reason})


def _add_attachments(connection: sa.Connection, message_id: int, message: Message, kept: Sequence[str]) -> None:
    rows = [
        {
            "message_id": message_id,
            "position": position,
            "filename": attachment.filename,
            "content_type": attachment.content_type,
            "size": attachment.size,
            "sha256": digest,
            "inline": attachment.inline,
            "content_id": attachment.content_id,
        }
        for position, (attachment, digest) in enumerate(zip(message.attachments, kept, strict=True))
    ]
    if rows:
        connection.execute(_ADD_ATTACHMENTS, rows)


def _add_participants(connection: sa.Connection, case_id: int, parties: Sequence[Party]) -> None:
    rows = [{"conversation_id": case_id, "kind": party.kind, "value": party.address} for party in parties]
    if rows:
        connection.execute(_ADD_PARTICIPANTS[connection.dialect.name], rows)
