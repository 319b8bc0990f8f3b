"""An answer that is seen after its turn had ended: somebody wrote to the customer, and resolved the case, or another answered too,
before the mail was found. It counts at its own time. Decides nothing about whose it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, events, messages
from ventanilla.store.turns import REPLIED
from ventanilla.words import CaseState, EventKind, Resolution

_UNANSWERED = (Resolution.UNANSWERED, Resolution.NO_REPLY_NEEDED)
_LAST_END = (
    sa.select(events.c.at, events.c.data, events.c.message_id)
    .where(events.c.conversation_id == sa.bindparam("case_id"), events.c.kind == EventKind.TURN_CLOSED)
    .order_by(events.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierEnd:
    """How a case's newest turn ended: it began at `since`, `outcome` says by what, `message_id` is the answer if it was one."""

    since: datetime
    outcome: str
    message_id: int | None = None


def ended_after(connection: sa.Connection, case_id: int, *, at: datetime) -> EarlierEnd | None:
    """The case's newest turn, if it was ended after `at`, unanswered or by a later answer; None for any other end."""
    last = connection.execute(_LAST_END, {"case_id": case_id}).one_or_none()
    if last is None or last.at <= at or "since" not in last.data:
        return None
    outcome, answer = str(last.data.get("outcome")), last.message_id
    if outcome == REPLIED and (answer is None or "answered_in" in last.data):
        return None
    if outcome != REPLIED and outcome not in _UNANSWERED:
        return None
    return EarlierEnd(since=datetime.fromisoformat(last.data["since"]), outcome=outcome, message_id=answer)


def count_answer(
    connection: sa.Connection,
    case: sa.Row[Any],
    message: sa.Row[Any],
    end: EarlierEnd,
    journal: Journal,
    *,
    at: datetime,
    due_at: datetime | None,
) -> None:
    """It was this answer of ours that ended the turn, at `at`. A case that was resolved as unanswered was answered. The caller
    holds the case's lock. `due_at` is for a turn that no answer had ended: what one did keeps the due time that it had."""
    if end.message_id is not None:
        due_at = connection.scalar(sa.select(messages.c.turn_due_at).where(messages.c.id == end.message_id))
        released = {"turn_since": None, "turn_due_at": None}
        connection.execute(sa.update(messages).where(messages.c.id == end.message_id).values(released))
    stamped = {"replied_at": at, "sent_at": at, "turn_since": end.since, "turn_due_at": due_at}
    connection.execute(sa.update(messages).where(messages.c.id == message.id).values(stamped))
    values: dict[str, Any] = {"first_response_at": min(case.first_response_at or at, at)}
    if case.state == CaseState.RESOLVED and case.resolution in _UNANSWERED:
        values["resolution"] = Resolution.ANSWERED
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    data = {"outcome": REPLIED, "since": end.since.isoformat(), "instead_of": end.outcome}
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": message.agent}
    journal.add(EventKind.TURN_CLOSED, at=at, message_id=message.id, data=data, **ids)
