"""Whether a customer was asked for what is missing, and by when they may send it at the latest. Reads only.

Art. 13.3 of Ley 10/2025: at least ten working days to complete a claim; the term for the answer runs from then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ventanilla.store.tables import events, messages, outbox
from ventanilla.words import DeliveryState, Direction, EventKind

INCOMPLETE = "incomplete"
_CHANGES = (
    sa.select(events.c.at, events.c.data, outbox.c.sent_at)
    .join(outbox, outbox.c.id == events.c.outbox_id)
    .where(outbox.c.state.not_in((DeliveryState.DROPPED, DeliveryState.FAILED)))
    .where(events.c.conversation_id == sa.bindparam("case_id"), events.c.kind == EventKind.CASE_CHANGED)
    .order_by(events.c.id.desc())
)
_SINCE = sa.select(messages.c.id).where(
    messages.c.conversation_id == sa.bindparam("case_id"),
    messages.c.direction == Direction.IN,
    messages.c.received_at > sa.bindparam("since"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Somebody asked at `at` for what is missing; the customer may send it until `until` (both UTC)."""

    at: datetime
    until: datetime


def asked_to_complete(connection: sa.Connection, case_id: int) -> Asked | None:
    """What a case waits for its customer to complete; None where nobody asked, the question was taken
    back or never arrived, or they have written since they got it."""
    for row in connection.execute(_CHANGES, {"case_id": case_id}):
        if row.data.get("field") == INCOMPLETE:
            facts = {"case_id": case_id, "since": row.sent_at}
            if row.sent_at is not None and connection.execute(_SINCE.limit(1), facts).first() is not None:
                return None
            return Asked(at=row.at, until=datetime.fromisoformat(row.data["complete_by"]))
    return None
