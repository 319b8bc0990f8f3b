"""A receipt that the law wants and that did not go out: sent after all, or given by hand by one of us and written down."""

from __future__ import annotations

from router.automatic.receipts import give_receipt, is_given, note_by_hand
from router.moves.base import Move, find_case, require_open, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.promises.lawful import wants_receipt
from ventanilla.store.notes import put_note


def receipt(move: Move, key: str, *, by_hand: str = "") -> Moved:
    """Send the receipt that the law wants in an open case, or write down how it was given (`by_hand`: on paper, by letter), which
    is kept as a note. Given before, nothing changes; `waits_for` is the row of one that is to go out. Raises Refused."""
    case = find_case(move, key)
    require_open(move, case)
    require_part(move, case)
    law = wants_receipt(move.house, case)
    if law is None:
        raise Refused("no_receipt_wanted", key=case.key, kind=case.kind)
    if is_given(move.connection, case.id):
        return Moved.of(case, changed=False)
    if by_hand.strip():
        note_id, _ = put_note(
            move.connection, case.id, agent=move.agent, side=move.side, text=by_hand.strip(), now=move.now
        )
        note_by_hand(case, law, move.journal, agent=move.agent, note_id=note_id)
        return Moved.of(case)
    row_id = give_receipt(move.connection, move.house, case, move.journal)
    if row_id is None:
        raise Refused("receipt_by_hand", key=case.key)
    return Moved.of(case, waits_for=row_id)
