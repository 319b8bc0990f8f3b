"""What a list shows of each of its cases: customer, first words, who wrote last, what is asked of whom. Reads one page's rows,
each kind once for the whole page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import addresses, assignments, contacts, conversations, looks, messages
from ventanilla.words import Direction, LookedAt

FIRST_WORDS = 160
_CASE = conversations.c
_NOW_HAS = (assignments.c.conversation_id == _CASE.id) & (assignments.c.number == _CASE.assignment_number)
_CASES = (
    sa.select(
        conversations,
        contacts.c.name.label("contact_name"),
        contacts.c.restriction,
        assignments.c.accept_by,
        assignments.c.accepted_at,
    )
    .join(contacts, contacts.c.id == _CASE.contact_id)
    .join(assignments, _NOW_HAS)
    .where(_CASE.id.in_(sa.bindparam("ids", expanding=True)))
)


def list_rows(connection: sa.Connection, ids: Sequence[int], agent: str) -> list[dict[str, Any]]:
    """These cases in this order, as a list shows them to this person."""
    if not ids:
        return []
    cases = {row.id: row for row in connection.execute(_CASES, {"ids": list(ids)})}
    newest = _newest(connection, ids)
    known = _addresses(connection, [row.contact_id for row in cases.values() if not (row.contact_name or row.address)])
    looked = _looked(connection, ids, agent)
    return [
        _row(case, newest.get(case.id), known.get(case.contact_id, ""))
        | {"unread": _is_unread(case, newest.get(case.id), looked.get(case.id))}
        for case in (cases[case_id] for case_id in ids if case_id in cases)
    ]


def _row(case: sa.Row[Any], message: sa.Row[Any] | None, address: str) -> dict[str, Any]:
    due = [at for at in (case.due_at, case.next_due_at) if at is not None]
    return {
        "id": case.id,
        "key": case.key,
        "channel": case.channel,
        "team": case.team,
        "state": case.state,
        "owner": case.owner,
        "is_open": case.owned == 1,
        "number": case.assignment_number,
        "customer": case.contact_name or case.address or address,
        "contact_id": case.contact_id,
        "restriction": case.restriction,
        "subject": case.subject,
        "words": " ".join((message.words or "").split()) if message is not None else "",
        "medium": message.medium if message is not None else "",
        "from_customer": message is not None and message.direction == Direction.IN,
        "kind": case.kind,
        "priority": case.priority,
        "tags": case.tags,
        "last_message_at": case.last_message_at,
        "waiting_since": case.waiting_since,
        "in_line_since": case.line_since,
        "wait_until": case.wait_until,
        "resolved_at": case.resolved_at,
        "due_at": min(due) if due and case.owned == 1 else None,
        "accept_by": case.accept_by if case.accepted_at is None else None,
    }


def _newest(connection: sa.Connection, ids: Sequence[int]) -> Mapping[int, Any]:
    """The latest message of each case: who wrote it, its first words."""
    last = sa.select(sa.func.max(messages.c.id)).where(messages.c.conversation_id.in_(ids), messages.c.edits.is_(None))
    words = sa.func.substr(
        sa.case((messages.c.reply_text != "", messages.c.reply_text), else_=messages.c.text), 1, FIRST_WORDS
    )
    query = sa.select(
        messages.c.conversation_id,
        messages.c.direction,
        messages.c.medium,
        messages.c.received_at,
        messages.c.routed_at,
        words.label("words"),
    ).where(messages.c.id.in_(last.group_by(messages.c.conversation_id)))
    return {row.conversation_id: row for row in connection.execute(query)}


def _looked(connection: sa.Connection, ids: Sequence[int], agent: str) -> dict[int, datetime]:
    """When this person last looked at each case."""
    query = (
        sa.select(looks.c.conversation_id, sa.func.max(looks.c.at, type_=looks.c.at.type).label("at"))
        .where(looks.c.conversation_id.in_(ids), looks.c.agent == agent, looks.c.what == LookedAt.CASE)
        .group_by(looks.c.conversation_id)
    )
    return {row.conversation_id: row.at for row in connection.execute(query)}


def _is_unread(case: sa.Row[Any], message: sa.Row[Any] | None, looked_at: datetime | None) -> bool:
    """Whether its customer wrote after this person last looked."""
    if case.owned != 1 or message is None or message.direction != Direction.IN:
        return False
    return looked_at is None or looked_at < message.routed_at


def _addresses(connection: sa.Connection, contact_ids: Sequence[int]) -> dict[int, str]:
    """Some address of each of these customers."""
    if not contact_ids:
        return {}
    query = sa.select(addresses.c.contact_id, sa.func.min(addresses.c.value).label("value"))
    query = query.where(addresses.c.contact_id.in_(contact_ids)).group_by(addresses.c.contact_id)
    return {row.contact_id: row.value for row in connection.execute(query)}
