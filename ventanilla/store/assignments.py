"""Who is responsible: opening, handing over and releasing, each by compare-and-set. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import Conflict
from ventanilla.store.agents import note_assigned, shift_load
from ventanilla.store.contacts import note_last_owner
from ventanilla.store.events import Journal
from ventanilla.store.later import later
from ventanilla.store.once import note
from ventanilla.store.tables import assignments, conversations
from ventanilla.words import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One decision about responsibility: to whom, why, by whom, with what was considered, under which config version.

    `accept_by` is until when they are to say that they have it (None: nobody asks); `accepted`: they took it themselves.
    """

    agent: str
    reason: str
    actor: str
    config_version: int
    in_line: bool = False
    pinned: bool = False
    accept_by: datetime | None = None
    accepted: bool = False
    decision: Mapping[str, Any] = field(default_factory=dict)


_INSERT = sa.insert(assignments)
_RELEASE = (
    sa.update(assignments)
    .where(assignments.c.conversation_id == sa.bindparam("case_id"))
    .where(assignments.c.number == sa.bindparam("expected"), assignments.c.is_open == 1)
    .values(is_open=None, released_at=sa.bindparam("at"), release_reason=sa.bindparam("why"))
)
_POINT = (
    sa.update(conversations)
    .where(conversations.c.id == sa.bindparam("case_id"))
    .where(conversations.c.assignment_number == sa.bindparam("expected"))
)


def add_assignment(
    connection: sa.Connection, case_id: int, number: int, grant: Grant, journal: Journal, *, team: str, load: int = 0
) -> None:
    """Write assignment `number` of a case of a team; the caller has pointed the conversation at it in the same transaction.

    `load` is by how much more its new owner holds that waits."""
    values = {
        "conversation_id": case_id,
        "number": number,
        "agent": grant.agent,
        "is_open": 1,
        "assigned_at": journal.now,
        "reason": grant.reason,
        "actor": grant.actor,
        "decision": dict(grant.decision),
        "config_version": grant.config_version,
        "accept_by": None if grant.accepted else grant.accept_by,
        "accepted_at": journal.now if grant.accepted else None,
    }
    later(connection, _INSERT, [values])
    note_assigned(connection, grant.agent, now=journal.now, by=load)
    note(connection, ("reason", case_id, number), grant.reason)
    ids: dict[str, Any] = {"conversation_id": case_id, "assignment_number": number, "agent": grant.agent}
    data: dict[str, Any] = {"reason": grant.reason, "pinned": grant.pinned, "team": team}
    if grant.accept_by is not None and not grant.accepted:
        data["accept_by"] = grant.accept_by.isoformat()
    journal.add(EventKind.ASSIGNED, data=data, **ids)
    if grant.accepted:
        journal.add(EventKind.ACCEPTED, **ids)
    if grant.in_line:
        journal.add(EventKind.LINE_ENTERED, **ids)


def hand_over(connection: sa.Connection, case: sa.Row[Any], grant: Grant, journal: Journal) -> int:
    """Move an owned case to somebody else, if its assignment is still the one in `case`; return the new number.

    The old owner is released and the new one set in the caller's transaction. Raises Conflict naming the owner when somebody
    was first; nothing is changed then.
    """
    number = int(case.assignment_number) + 1
    release(connection, case, grant.reason, journal)
    values = {
        "owner": grant.agent,
        "assignment_number": number,
        "pinned": grant.pinned,
        "line_since": (case.line_since or journal.now) if grant.in_line else None,
    }
    connection.execute(_POINT.values(values), {"case_id": case.id, "expected": case.assignment_number})
    if case.waiting_since is not None and grant.agent != case.owner:
        shift_load(connection, {case.owner: -1, grant.agent: 1})
    if case.line_since is not None and not grant.in_line:
        journal.add(EventKind.LINE_LEFT, conversation_id=case.id, agent=grant.agent)
    add_assignment(connection, case.id, number, grant, journal, team=case.team)
    note_last_owner(connection, case.contact_id, grant.agent)
    return number


def enter_line(connection: sa.Connection, case: sa.Row[Any], journal: Journal) -> None:
    """Whoever owns a case (locked) only holds it, until somebody can take it. A repeat does nothing."""
    if case.line_since is None:
        change = sa.update(conversations).where(conversations.c.id == case.id)
        connection.execute(change.values(line_since=journal.now, pinned=False))
        journal.add(EventKind.LINE_ENTERED, **_ids(case))


def leave_line(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    pinned: bool,
    accept_by: datetime | None = None,
) -> None:
    """Whoever held a case (locked) in line keeps it under the same assignment. A repeat does nothing."""
    if case.line_since is not None:
        change = sa.update(conversations).where(conversations.c.id == case.id)
        connection.execute(change.values(line_since=None, pinned=pinned))
        this = (assignments.c.conversation_id == case.id) & (assignments.c.number == case.assignment_number)
        connection.execute(sa.update(assignments).where(this).values(accept_by=accept_by))
        asked = {"accept_by": accept_by.isoformat()} if accept_by is not None else {}
        journal.add(EventKind.LINE_LEFT, data=asked, **_ids(case))


def _ids(case: sa.Row[Any]) -> dict[str, Any]:
    return {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}


def release(connection: sa.Connection, case: sa.Row[Any], reason: str, journal: Journal) -> None:
    """Close the open assignment that `case` names; the caller gives the case a new one or ends it before the commit.

    Raises Conflict naming who owns the case now when that assignment is no longer open.
    """
    ids = {"case_id": case.id, "expected": case.assignment_number}
    if connection.execute(_RELEASE, {**ids, "at": journal.now, "why": reason}).rowcount != 1:
        winner = connection.scalar(sa.select(conversations.c.owner).where(conversations.c.id == case.id))
        raise Conflict(f"{case.key} has moved on: it is {winner}'s now", winner=winner)
    journal.add(
        EventKind.RELEASED,
        conversation_id=case.id,
        assignment_number=case.assignment_number,
        agent=case.owner,
        data={"reason": reason},
    )
