"""Whether whoever got a case has said that they have it, and who has passed it on in this turn. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, assignments, conversations, events
from ventanilla.words import EventKind

_PASSED = (EventKind.DECLINED, EventKind.ACCEPTANCE_LAPSED)
_THIS = sa.update(assignments).where(
    assignments.c.conversation_id == sa.bindparam("case_id"),
    assignments.c.number == sa.bindparam("this"),
    assignments.c.is_open == 1,
)
_ACCEPT = _THIS.where(assignments.c.accepted_at.is_(None)).values(accepted_at=sa.bindparam("at"))
_STOP_ASKING = _THIS.values(accept_by=None)
_PASSED_BY = (
    sa.select(events.c.conversation_id, events.c.agent)
    .join(conversations, conversations.c.id == events.c.conversation_id)
    .where(events.c.conversation_id.in_(sa.bindparam("cases", expanding=True)), events.c.kind.in_(_PASSED))
    .where(events.c.at >= conversations.c.waiting_since)
)


def accept_assignment(connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, by: str = "word") -> bool:
    """The owner of a case (locked) has it: by their word, or `acting` on it. Whether that is new: a repeat changes nothing."""
    this = {"case_id": case.id, "this": case.assignment_number}
    if connection.execute(_ACCEPT, {**this, "at": journal.now}).rowcount != 1:
        return False
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
    journal.add(EventKind.ACCEPTED, data={"by": by}, **ids)
    return True


def stop_asking(connection: sa.Connection, case: sa.Row[Any]) -> None:
    """Ask the owner of a case (locked) no longer to accept it."""
    connection.execute(_STOP_ASKING, {"case_id": case.id, "this": case.assignment_number})


def overdue_acceptances(connection: sa.Connection, *, now: datetime, limit: int) -> list[sa.Row[Any]]:
    """Cases that wait on us and that an owner on duty should have accepted by now: id, team, when they came on duty."""
    query = (
        sa.select(conversations.c.id, conversations.c.team, agents.c.duty_since)
        .select_from(assignments)
        .join(conversations, conversations.c.id == assignments.c.conversation_id)
        .join(agents, agents.c.name == assignments.c.agent)
        .where(assignments.c.is_open == 1, assignments.c.accept_by <= now, assignments.c.accepted_at.is_(None))
        .where(conversations.c.waiting_since.is_not(None), agents.c.on_duty)
        .order_by(assignments.c.accept_by, conversations.c.id)
        .limit(limit)
    )
    return list(connection.execute(query))


def open_assignment(connection: sa.Connection, case: sa.Row[Any]) -> sa.Row[Any]:
    """The assignment by which a case has its owner now."""
    query = sa.select(assignments).where(
        assignments.c.conversation_id == case.id, assignments.c.number == case.assignment_number
    )
    return connection.execute(query).one()


def passed_by(connection: sa.Connection, case_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    """Who has declined each of these cases, or let the time to accept it lapse, in the turn that is open now."""
    found: dict[int, set[str]] = {}
    for row in connection.execute(_PASSED_BY, {"cases": list(case_ids)}):
        found.setdefault(row.conversation_id, set()).add(row.agent)
    return {case_id: frozenset(names) for case_id, names in found.items()}
