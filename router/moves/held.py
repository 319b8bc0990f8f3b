"""An answer that came by mail and is not proven to be its author's: they say that it is, or that it is not."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.incoming.matching import survivor
from router.mail_answers.address import newest_until
from router.moves.accept import note_accepted
from router.moves.base import Move, require_open, require_part
from router.moves.refusals import Refused
from router.moves.reply import require_news_known, withdraw_reply
from ventanilla.store.conversations import lock_case
from ventanilla.store.outbox import change_letters
from ventanilla.store.tables import messages, outbox
from ventanilla.words import DeliveryState, EventKind

UNPROVEN = "dmarc: "
"""What the reason begins with why such an answer is held."""
EVERYTHING = 2**62
"""As what somebody has seen who wants it to go out whatever has happened."""


def release_held_answer(move: Move, outbox_id: int, *, seen: int | None = None) -> sa.Row[Any]:
    """It is theirs: let it go out after all; returns its message. Raises Refused where it is not held for that (any more), is not
    theirs, or the case is over, has gone to somebody else or has moved on since: the customer wrote, another of us answered. With
    `seen`, the newest message that they know of now, only what came after it counts."""
    message = _message(move, outbox_id)
    own = lock_case(move.connection, message.conversation_id)
    case = survivor(move.connection, own)
    require_open(move, case)
    require_part(move, case)
    if seen is None or seen < (newest_until(move.connection, case.id) or 0):
        if own.assignment_number != message.assignment_number:
            raise Refused("moved_on", key=case.key, owner=case.owner)
        require_news_known(move, case, max(message.id, seen or 0))
    released = change_letters(
        move.connection,
        [outbox_id],
        (DeliveryState.HELD,),
        state=DeliveryState.PENDING,
        reason=None,
        not_before=move.now,
    )
    if not released:
        raise Refused("too_late")
    ids = {"conversation_id": message.conversation_id, "message_id": message.id, "agent": move.agent}
    note_accepted(move.connection, case, move.agent, move.journal)
    move.journal.add(EventKind.REPLY_RELEASED, outbox_id=outbox_id, data={"side": str(move.side)}, **ids)
    return message


def drop_held_answer(move: Move, outbox_id: int) -> sa.Row[Any]:
    """It is not theirs, or not meant so: nobody gets it; returns its message. Raises Refused as above."""
    _message(move, outbox_id)
    return withdraw_reply(move, outbox_id)


def _message(move: Move, outbox_id: int) -> sa.Row[Any]:
    query = sa.select(messages, outbox.c.state.label("delivery"), outbox.c.reason.label("held_for")).join(
        outbox, outbox.c.id == messages.c.outbox_id
    )
    row = move.connection.execute(query.where(outbox.c.id == outbox_id)).one_or_none()
    if row is None or (row.agent != move.agent and not move.supervises):
        raise Refused("nothing_to_withdraw")
    if row.delivery != DeliveryState.HELD or not (row.held_for or "").startswith(UNPROVEN):
        raise Refused("too_late")
    return row
