"""Letters of the outbox that a person lets go, gives up, has sent again or knows to have arrived. Sends nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from router.house import House
from router.moves.base import Move
from router.moves.held import EVERYTHING, UNPROVEN, release_held_answer
from router.replies.answered import note_reply_sent
from ventanilla.store.events import Journal
from ventanilla.store.outbox import change_letters
from ventanilla.store.resend import RESENDABLE, note_arrived, send_again
from ventanilla.store.views.ledgers import letters_by_id
from ventanilla.words import DeliveryState, EventKind

__all__ = ["RESENDABLE"]
RELEASABLE = (DeliveryState.HELD,)
DROPPABLE = (DeliveryState.HELD, DeliveryState.PENDING, DeliveryState.UNKNOWN)
UNSURE = (DeliveryState.UNKNOWN,)
DROPPED = "dropped by a person"


def unfit_letters(
    connection: sa.Connection, ids: Sequence[int], *, states: Sequence[DeliveryState]
) -> dict[int, str | None]:
    """Those of these letters with which it cannot be done, with the state that each is in; None for one that is not there."""
    rows = letters_by_id(connection, ids)
    missing: dict[int, str | None] = {number: None for number in ids if number not in rows}
    return missing | {number: str(row.state) for number, row in rows.items() if row.state not in states}


def unproven_letters(connection: sa.Connection, ids: Sequence[int]) -> dict[int, str]:
    """Those that are answers by mail of which nobody has said that they are their author's, with that author."""
    rows = letters_by_id(connection, ids)
    return {number: row.agent for number, row in rows.items() if (row.reason or "").startswith(UNPROVEN)}


def release_letters(connection: sa.Connection, ids: Sequence[int], journal: Journal) -> list[int]:
    """Let held letters go out from now on; those that were held. Answers that nobody has proven are `release_unproven`'s."""
    return _change(connection, ids, journal, RELEASABLE, to=DeliveryState.PENDING, reason=None)


def release_unproven(move: Move, ids: Sequence[int], *, anyway: bool) -> list[int]:
    """An answer that came by mail is its author's, says whoever moves. Raises Refused where it is not theirs to say, or where the
    case has moved on since (`anyway`: they know)."""
    for number in ids:
        release_held_answer(move, number, seen=EVERYTHING if anyway else None)
    return list(ids)


def drop_letters(connection: sa.Connection, ids: Sequence[int], journal: Journal) -> list[int]:
    """Give up letters that have not gone out, for good; those that could be."""
    return _change(connection, ids, journal, DROPPABLE, to=DeliveryState.DROPPED, reason=DROPPED)


def resend_letters(connection: sa.Connection, ids: Sequence[int], journal: Journal) -> list[int]:
    """Send again what failed, or may have gone out; those that were in such a state. Whoever has it already gets it twice."""
    changed = send_again(connection, ids, now=journal.now)
    _note(connection, changed, journal, "pending")
    return changed


def settle_arrived(connection: sa.Connection, house: House, ids: Sequence[int], journal: Journal) -> list[int]:
    """Letters of which nobody knew did arrive, a person says: they count as sent when they were first tried, and an answer among
    them ends its customer's turn then. Returns those that were in doubt."""
    rows = note_arrived(connection, ids, now=journal.now)
    changed = [row.id for row in rows]
    _note(connection, changed, journal, "sent")
    for row in rows:
        note_reply_sent(connection, house, row, journal, at=row.sent_at)
    return changed


def _change(
    connection: sa.Connection,
    ids: Sequence[int],
    journal: Journal,
    states: Sequence[DeliveryState],
    *,
    to: DeliveryState,
    reason: str | None,
) -> list[int]:
    more = {"not_before": journal.now} if to is DeliveryState.PENDING else {}
    changed = sorted(change_letters(connection, ids, states, state=to, reason=reason, **more))
    for number in changed:
        journal.add(EventKind.DELIVERY, outbox_id=number, data={"state": str(to)})
    return changed


def _note(connection: sa.Connection, ids: Sequence[int], journal: Journal, state: str) -> None:
    for number in letters_by_id(connection, ids):
        journal.add(EventKind.DELIVERY, outbox_id=number, data={"state": state, "by": "hand"})
