"""One customer, one matter, two channels: the answer given in one case ends the wait in the other."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from router.moves.base import Move, find_both, require_open, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.notices.rewriting import tell_answered
from router.notices.writing import tell_of_rest
from ventanilla.store.conversations import link_cases, lock_case
from ventanilla.store.tables import conversation_links, conversations, messages
from ventanilla.store.turns import end_turn_elsewhere
from ventanilla.words import Direction

WHY = "answered there"


def answered_in(move: Move, key: str, other_key: str) -> Moved:
    """End the turn of the first case with the answer that its customer got in the other, at the moment that answer went out; what
    they wrote after it waits on. The two are linked. A repeat changes nothing. Raises Refused."""
    case, other = find_both(move, key, other_key)
    if case.id == other.id:
        raise Refused("same_case", key=case.key)
    require_open(move, case)
    require_part(move, case)
    if case.contact_id != other.contact_id:
        raise Refused("not_the_same_customer", key=case.key, other=other.key)
    if case.waiting_since is None and _linked(move, case, other):
        return Moved.of(case, changed=False)
    if case.waiting_since is None:
        raise Refused("nothing_waits", key=case.key)
    reply = _answer(move, other, case)
    if reply is None:
        raise Refused("no_answer_there", key=case.key, other=other.key)
    due = partial(move.house.due, case, first=False)
    tell_answered(move.connection, move.house, case, move.journal, by=reply.agent, at=reply.replied_at)
    end_turn_elsewhere(move.connection, case, move.journal, reply=reply, other=other.id, due=due)
    tell_of_rest(move.connection, move.house, lock_case(move.connection, case.id), move.journal)
    link_cases(move.connection, case.id, other.id, reason=WHY, journal=move.journal)
    return Moved.of(lock_case(move.connection, case.id))


def _linked(move: Move, case: sa.Row[Any], other: sa.Row[Any]) -> bool:
    this = (conversation_links.c.conversation_id == case.id) & (conversation_links.c.other_id == other.id)
    return move.connection.scalar(sa.select(conversation_links.c.reason).where(this)) is not None


def _answer(move: Move, other: sa.Row[Any], case: sa.Row[Any]) -> sa.Row[Any] | None:
    """The first answer in the other case that went out since this one's customer has been waiting."""
    family = sa.select(conversations.c.id).where(
        sa.or_(conversations.c.id == other.id, conversations.c.merged_into == other.id)
    )
    query = sa.select(messages).where(messages.c.conversation_id.in_(family), messages.c.direction == Direction.OUT)
    query = query.where(messages.c.replied_at >= case.waiting_since).order_by(messages.c.replied_at, messages.c.id)
    return move.connection.execute(query.limit(1)).one_or_none()
