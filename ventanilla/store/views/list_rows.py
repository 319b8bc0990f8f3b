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
_CASES: sa.Select[Any] = (
    sa.select(
        *_CASE["id", "key", "channel", "team", "state", "owner", "owned", "assignment_number", "address", "contact_id"],
        *_CASE["subject", "kind", "priority", "tags", "due_at", "next_due_at", "last_message_at", "waiting_since"],
        *_CASE["line_since", "wait_until", "resolved_at"],
        contacts.c.name.label("contact_name"),
        contacts.c.restriction,
        assignments.c.accept_by,
        assignments.c.accepted_at,
    )
    .join(contacts, contacts.c.id == _CASE.contact_id)
    .join(assignments, _NOW_HAS)
    .where(_CASE.id.in_(sa.bindparam("ids", expanding=True)))
)
# Made once: SQLAlchemy works longer to understand a question that is made anew than SQLite to answer it.
_LAST = (
    sa.select(sa.func.max(messages.c.id))
    .where(messages.c.conversation_id.in_(sa.bindparam("ids", expanding=True)), messages.c.edits.is_(None))
    .group_by(messages.c.conversation_id)
)
_WORDS = sa.case((messages.c.reply_text != "", messages.c.reply_text), else_=messages.c.text)
_NEWEST: sa.Select[Any] = sa.select(
    *messages.c["conversation_id", "direction", "medium", "routed_at"],
    sa.func.substr(_WORDS, 1, FIRST_WORDS).label("words"),
).where(messages.c.id.in_(_LAST))
_LOOKED = (
    sa.select(looks.c.conversation_id, sa.func.max(looks.c.at, type_=looks.c.at.type).label("at"))
    .where(looks.c.conversation_id.in_(sa.bindparam("ids", expanding=True)))
    .where(looks.c.agent == sa.bindparam("agent"), looks.c.what == LookedAt.CASE)
    .group_by(looks.c.conversation_id)
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


def name_cases(connection: sa.Connection, cases: Sequence[dict[str, Any]]) -> None:
    """Give each of these cases its `customer` and `title` as a list says them: the name, else an address; the subject, else how its
    latest message begins. They have `id`, `contact_id`, `contact_name`, `address` and `subject`."""
    nameless = [case["contact_id"] for case in cases if not (case["contact_name"] or case["address"])]
    untitled = [case["id"] for case in cases if not case["subject"]]
    known = _addresses(connection, nameless)
    newest = _newest(connection, untitled) if untitled else {}
    for case in cases:
        case["customer"] = case["contact_name"] or case["address"] or known.get(case["contact_id"], "")
        case["title"] = case["subject"] or _first_words(newest.get(case["id"]))


def _first_words(message: sa.Row[Any] | None) -> str:
    return " ".join((message.words or "").split()) if message is not None else ""


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
        "words": _first_words(message),
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
    return {row.conversation_id: row for row in connection.execute(_NEWEST, {"ids": list(ids)})}


def _looked(connection: sa.Connection, ids: Sequence[int], agent: str) -> dict[int, datetime]:
    """When this person last looked at each case."""
    rows = connection.execute(_LOOKED, {"ids": list(ids), "agent": agent})
    return {row.conversation_id: row.at for row in rows}


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
