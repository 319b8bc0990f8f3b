"""What stands under a notice on a phone, and what it shows its reader to have seen. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.on_phone import language_for
from router.notices.turn import Turn
from router.staff_bot.buttons import answered_board, as_payload, case_board
from ventanilla.store.tables import assignments

_TO_ACCEPT = sa.select(assignments.c.accept_by, assignments.c.accepted_at).where(
    assignments.c.conversation_id == sa.bindparam("case_id"), assignments.c.number == sa.bindparam("number")
)


def notice_extras(connection: sa.Connection, house: House, case: Any, turn: Turn) -> dict[str, Any]:
    """For a notice's row in the outbox: `buttons`, and as `seen` the id of the newest message it shows; an answer to the notice
    is by somebody who had read so far."""
    asked = connection.execute(_TO_ACCEPT, {"case_id": case.id, "number": case.assignment_number}).one_or_none()
    to_accept = asked is not None and asked.accept_by is not None and asked.accepted_at is None
    board = case_board(language_for(house, case.owner), case.key, case.assignment_number, to_accept=to_accept)
    seen = turn.newest.message_id if turn.newest else None
    return {"buttons": as_payload(board), **({"seen": seen} if seen is not None else {})}


def after_answer(house: House, case: Any) -> list[list[list[str]]]:
    """What stands under a notice once the customer has been answered."""
    return as_payload(answered_board(language_for(house, case.owner), case.key, case.assignment_number))
