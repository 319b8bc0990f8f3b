"""An answer that was said to answer another case too, and never arrived: that case waits again as well."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.assigning.coming_back import grant_again
from router.house import House, is_first_turn
from router.notices.rewriting import tell_more
from router.notices.writing import write_notice
from ventanilla.store.conversations import lock_case, open_chat, open_turn, reopen_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import events
from ventanilla.store.turns import REPLIED, stamp_first_response
from ventanilla.words import OWNED_STATES, CaseState, EventKind, Resolution

UNDELIVERED = "undelivered"
_CLOSED_BY = (
    sa.select(events)
    .where(events.c.kind == EventKind.TURN_CLOSED, events.c.message_id == sa.bindparam("message_id"))
    .where(events.c.conversation_id != sa.bindparam("own"))
    .order_by(events.c.conversation_id, events.c.id)
)
_RESTORED = sa.select(events.c.conversation_id).where(
    events.c.kind == EventKind.TURN_RESTORED, events.c.message_id == sa.bindparam("message_id")
)
_LATER_ENDS = sa.select(events.c.data).where(
    events.c.conversation_id == sa.bindparam("case_id"),
    events.c.kind == EventKind.TURN_CLOSED,
    events.c.id > sa.bindparam("event_id"),
)


def restore_elsewhere(connection: sa.Connection, house: House, message: sa.Row[Any], journal: Journal) -> int:
    """Open again the turns of other cases that this answer ended, each from its start; returns how many. A repeat changes
    nothing."""
    facts = {"message_id": message.id}
    done = set(connection.scalars(_RESTORED, facts))
    closed = connection.execute(_CLOSED_BY, {**facts, "own": message.conversation_id}).all()
    found = [row for row in closed if "answered_in" in row.data and row.conversation_id not in done]
    return sum(_restore(connection, house, row, message, journal) for row in found)


def goes_on_elsewhere(connection: sa.Connection, case: sa.Row[Any]) -> bool:
    """Whether a case that is over was a chat whose address has another open case there by now."""
    if not case.conversational or case.owned == 1:
        return False
    return open_chat(connection, channel=case.channel, account=case.account, address=case.address) is not None


def _forget(connection: sa.Connection, case: sa.Row[Any], closed: sa.Row[Any], journal: Journal) -> None:
    """The case is not to be opened again (a chat goes on in another): its turn ended without an answer all the same."""
    later = connection.scalars(_LATER_ENDS, {"case_id": case.id, "event_id": closed.id})
    if any(data.get("since") == closed.data["since"] for data in later):
        return
    data = {"outcome": str(Resolution.UNANSWERED), "since": closed.data["since"], "instead_of": REPLIED}
    journal.add(EventKind.TURN_CLOSED, conversation_id=case.id, data=data)
    if case.first_response_at == closed.at:
        stamp_first_response(connection, case.id)


def _restore(
    connection: sa.Connection, house: House, closed: sa.Row[Any], message: sa.Row[Any], journal: Journal
) -> bool:
    case = lock_case(connection, closed.conversation_id)
    if case.state not in (*OWNED_STATES, CaseState.RESOLVED, CaseState.CLOSED) or goes_on_elsewhere(connection, case):
        _forget(connection, case, closed, journal)
        return False
    since = datetime.fromisoformat(closed.data["since"])
    ids = {"conversation_id": case.id, "message_id": message.id, "agent": message.agent}
    journal.add(EventKind.TURN_RESTORED, data={"reason": UNDELIVERED, "since": since.isoformat()}, **ids)
    if case.first_response_at == closed.at:
        stamp_first_response(connection, case.id)
        case = lock_case(connection, case.id)
    due = house.due(case, since, first=is_first_turn(case))
    if case.state in OWNED_STATES:
        open_turn(connection, case, journal, at=since, due_at=due)
    else:
        grant = grant_again(connection, house, case, UNDELIVERED, journal, since=since)
        reopen_case(connection, case, grant, journal, at=since, due_at=due)
    case = lock_case(connection, case.id)
    if write_notice(connection, house, case, journal) is None:
        tell_more(connection, house, case, journal)
    return True
