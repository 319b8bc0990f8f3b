"""A call to a customer that one of us made by hand: reaching them is an answer; their answering machine, or nobody, is none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.moves.accept import note_accepted
from router.moves.base import Move, find_case, require_open, require_part
from router.moves.once import scoped
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.replies.answered import settle_answer
from ventanilla.store.conversations import lock_case
from ventanilla.store.tables import conversations, messages
from ventanilla.words import CallOutcome, Direction, EventKind

CALL = "call"
CALLED = "called"
_HEARD_BY_THEN = (
    sa.select(sa.func.max(messages.c.id))
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
    .where(messages.c.received_at <= sa.bindparam("at"))
)


def called(
    move: Move,
    key: str,
    outcome: CallOutcome,
    text: str = "",
    *,
    at: datetime | None = None,
    medium: str = CALL,
    idempotency_key: str | None = None,
) -> Moved:
    """Write down a call at `at` (aware; default now), with what was said. One that reached the customer is an answer at that moment
    to what they had sent by then.

    The same call (who, when, how it went) or the same idempotency key is written down once. Raises Refused.
    """
    case = find_case(move, key)
    moment = at or move.now
    if moment > move.now:
        raise Refused("in_the_future", when=moment.isoformat(), at=moment.isoformat())
    once = scoped(move.agent, CALLED, idempotency_key) if idempotency_key is not None else None
    if _known(move, case, outcome, moment, once, said=idempotency_key):
        return Moved.of(lock_case(move.connection, case.id), changed=False)
    require_open(move, case)
    require_part(move, case)
    message = _write(move, case, outcome, text.strip(), moment, medium, once)
    ids = {"conversation_id": case.id, "message_id": message.id, "agent": move.agent}
    move.journal.add(EventKind.CALLED, at=moment, data={"outcome": str(outcome), "side": str(move.side)}, **ids)
    note_accepted(move.connection, case, move.agent, move.journal)
    if outcome is CallOutcome.REACHED:
        settle_answer(move.connection, move.house, case, message, move.journal, at=moment)
    return Moved.of(lock_case(move.connection, case.id))


def _known(
    move: Move, case: sa.Row[Any], outcome: CallOutcome, moment: datetime, once: str | None, *, said: str | None
) -> sa.Row[Any] | None:
    same = (
        (messages.c.conversation_id == case.id)
        & (messages.c.agent == move.agent)
        & (messages.c.outcome == outcome)
        & (messages.c.sent_at == moment)
    )
    if once is not None:
        same = same | (messages.c.idempotency_key == once)
    found = move.connection.execute(sa.select(messages).where(same).limit(1)).one_or_none()
    if found is not None and found.conversation_id != case.id:
        raise Refused("key_used", idempotency_key=said, key=case.key)
    return found


def _write(
    move: Move, case: sa.Row[Any], outcome: CallOutcome, text: str, moment: datetime, medium: str, once: str | None
) -> sa.Row[Any]:
    settings = move.house.config.agents[move.agent]
    values = {
        "conversation_id": case.id,
        "assignment_number": case.assignment_number,
        "direction": Direction.OUT,
        "agent": move.agent,
        "side": move.side,
        "medium": medium,
        "outcome": outcome,
        "from_name": settings.name or move.agent,
        "from_address": case.account,
        "recipients": [case.address] if case.address else [],
        "cc": [],
        "text": text,
        "reply_text": text,
        "sent_at": moment,
        "routed_at": move.now,
        "answers": move.connection.scalar(_HEARD_BY_THEN, {"case_id": case.id, "at": moment}),
        "idempotency_key": once,
    }
    return move.connection.execute(sa.insert(messages).values(values).returning(messages)).one()
