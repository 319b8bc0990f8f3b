"""Ending a case, and saying that it was none: with an answer, because none was needed, or for a reason that a person gives."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.automatic.announcements import RESOLVED, announce
from router.automatic.receipts import is_given
from router.moves.base import Move, find_case, require_open, require_part
from router.moves.outcome import Moved
from router.moves.reasoned import Upheld, require_reasoned
from router.moves.refusals import Refused
from router.moves.reply import RESOLVE
from router.notices.rewriting import tell_ended
from router.promises.lawful import law_of
from router.replies.holding import hold_answers_to_spam
from ventanilla.clocks.due import spoken
from ventanilla.store.conversations import lock_case
from ventanilla.store.notes import put_note
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.store.turns import end_as_spam, end_case
from ventanilla.words import CaseState, DeliveryState, Direction, Kind, OutboxKind, Resolution

OWED_REASONS = (Kind.COMPLAINT, Kind.CLAIM)
"""Whoever complains or claims is owed a reasoned answer, so that such a case never ends without one."""
NO_CUSTOMER = "the case was no customer's"
_OVER = (CaseState.RESOLVED, CaseState.CLOSED)
_BY_ITSELF = (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)
_ON_ITS_WAY = (
    sa.select(outbox.c.id, outbox.c.payload, messages.c.reply_text)
    .join(messages, messages.c.outbox_id == outbox.c.id)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.OUT, outbox.c.kind == OutboxKind.REPLY)
    .where(outbox.c.state.in_((DeliveryState.PENDING, DeliveryState.SENDING)))
    .order_by(outbox.c.id.desc())
    .limit(1)
)


def resolve(
    move: Move,
    key: str,
    *,
    resolution: Resolution = Resolution.ANSWERED,
    text: str = "",
    upheld: Upheld | None = None,
    bodies_told: bool = False,
) -> Moved:
    """End a case. What was resolved or closed already stays so.

    `text` is a note of why, for our own people: asked for where a complaint or a claim ends, and where a customer still waits,
    unless `resolution` says that no reply is needed. With an answer of ours on its way the case ends once that has gone out, as
    answered: so it was, whatever was asked. A complaint or a claim under a law ends with an answer, `upheld` and a reason alone
    (see reasoned.py); `bodies_told` says that its customer knows from elsewhere where to turn. Raises Refused.
    """
    case = find_case(move, key)
    if case.state in _OVER:
        return Moved.of(case, changed=False)
    require_open(move, case)
    require_part(move, case)
    reason = text.strip()
    answer = move.connection.execute(_ON_ITS_WAY, {"case_id": case.id}).one_or_none()
    said = require_reasoned(
        move,
        case,
        reason=reason,
        upheld=upheld,
        on_its_way=answer.reply_text if answer is not None else None,
        otherwise=bodies_told,
    )
    if answer is not None:
        return _resolve_with(move, case, answer, reason, said)
    if resolution is Resolution.ANSWERED and case.waiting_since is not None:
        if not reason:
            when = spoken(case.waiting_since, move.house.zone(), "en", now=move.now)
            raise Refused("unanswered", key=case.key, when=when, at=case.waiting_since.isoformat())
        resolution = Resolution.UNANSWERED
    if not reason and (resolution is Resolution.UNANSWERED or case.kind in OWED_REASONS):
        raise Refused("needs_reason", key=case.key, kind=case.kind)
    note_id = _note(move, case, reason)
    end_case(move.connection, case, move.journal, resolution=resolution, agent=move.agent, note_id=note_id, said=said)
    tell_ended(move.connection, move.house, case, move.journal, by=move.agent)
    if resolution is not Resolution.NO_REPLY_NEEDED:
        announce(move.connection, move.house, case, RESOLVED, move.journal)
    return Moved.of(lock_case(move.connection, case.id))


def mark_spam(move: Move, key: str, *, reason: str = "") -> Moved:
    """Say that a case was no customer's: it ends, what we would have sent by ourselves does not go out, an answer that somebody
    wrote is held, and nobody is blocked: what the sender writes next is looked at like anything else. `reason` is a note
    of why: asked for where its customer has the receipt of a law. A repeat changes nothing. Raises Refused."""
    case = find_case(move, key)
    if case.state == CaseState.SPAM:
        return Moved.of(case, changed=False)
    require_open(move, case)
    require_part(move, case)
    if not reason.strip() and law_of(move.house, case) is not None and is_given(move.connection, case.id):
        raise Refused("needs_reason", key=case.key, kind=case.kind)
    note_id = _note(move, case, reason.strip())
    end_as_spam(move.connection, case, move.journal, agent=move.agent, note_id=note_id)
    tell_ended(move.connection, move.house, case, move.journal, by=move.agent)
    hold_answers_to_spam(move.connection, move.house, case, move.journal, by=move.agent)
    mine = sa.select(outbox.c.id).where(outbox.c.conversation_id == case.id, outbox.c.kind.in_(_BY_ITSELF))
    waiting = (DeliveryState.PENDING, DeliveryState.HELD)
    ids = list(move.connection.scalars(mine.where(outbox.c.state.in_(waiting))))
    change_letters(move.connection, ids, waiting, state=DeliveryState.DROPPED, reason=NO_CUSTOMER)
    return Moved.of(lock_case(move.connection, case.id))


def _resolve_with(move: Move, case: sa.Row[Any], answer: Any, reason: str, said: dict[str, str]) -> Moved:
    """The answer ends the case when it goes out; withdrawn or refused, it leaves it open."""
    if answer.payload.get("then") == RESOLVE and ("outcome" in answer.payload or not said):
        return Moved.of(case, changed=False, waits_for=answer.id)
    note_id = _note(move, case, reason)
    payload = {**answer.payload, "then": RESOLVE, **({"outcome": said, "note": note_id} if said else {})}
    move.connection.execute(sa.update(outbox).where(outbox.c.id == answer.id).values(payload=payload))
    return Moved.of(case, waits_for=answer.id)


def _note(move: Move, case: sa.Row[Any], reason: str) -> int | None:
    if not reason:
        return None
    made, _ = put_note(move.connection, case.id, agent=move.agent, side=move.side, text=reason, now=move.now)
    return made
