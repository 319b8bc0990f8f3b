"""An answer that is seen after its turn was ended unanswered: somebody wrote to the customer, resolved the case, and the mail is
found a moment later. It counts at its own time. Decides nothing about whose it is."""

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
    sa.select(events.c.at, events.c.data)
    .where(events.c.conversation_id == sa.bindparam("case_id"), events.c.kind == EventKind.TURN_CLOSED)
    .order_by(events.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredEnd:
    """How a case's newest turn ended: it began at `since`, and `outcome` says why nobody answered in it."""

    since: datetime
    outcome: str


def unanswered_end(connection: sa.Connection, case_id: int, *, at: datetime) -> UnansweredEnd | None:
    """The case's newest turn, if it was ended unanswered after `at`; None where it was answered, or ended before."""
    last = connection.execute(_LAST_END, {"case_id": case_id}).one_or_none()
    if last is None or last.at < at or last.data.get("outcome") not in _UNANSWERED or "since" not in last.data:
        return None
    return UnansweredEnd(since=datetime.fromisoformat(last.data["since"]), outcome=str(last.data["outcome"]))


def count_answer(
    connection: sa.Connection,
    case: sa.Row[Any],
    message: sa.Row[Any],
    end: UnansweredEnd,
    journal: Journal,
    *,
    at: datetime,
    due_at: datetime | None,
) -> None:
    """It was this answer of ours that ended the turn, at `at`. A case that was resolved as unanswered was answered. The caller
    holds the case's lock."""
    stamped = {"replied_at": at, "sent_at": at, "turn_since": end.since, "turn_due_at": due_at}
    connection.execute(sa.update(messages).where(messages.c.id == message.id).values(stamped))
    values: dict[str, Any] = {} if case.first_response_at is not None else {"first_response_at": at}
    if case.state == CaseState.RESOLVED and case.resolution in _UNANSWERED:
        values["resolution"] = Resolution.ANSWERED
    if values:
        connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    data = {"outcome": REPLIED, "since": end.since.isoformat(), "instead_of": end.outcome}
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": message.agent}
    journal.add(EventKind.TURN_CLOSED, at=at, message_id=message.id, data=data, **ids)
