"""What somebody writes for their own people beside another move: the reason of a "not mine", a word with a hand-over."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.moves.base import Move
from ventanilla.store.notes import put_note
from ventanilla.words import EventKind


def leave_remark(move: Move, case: sa.Row[Any], text: str) -> None:
    """Keep it with the case as a note. It accepts nothing, and tells nobody but who reads the case."""
    note_id, _ = put_note(move.connection, case.id, agent=move.agent, side=move.side, text=text.strip(), now=move.now)
    data = {"note": note_id, "named": []}
    move.journal.add(EventKind.NOTED, conversation_id=case.id, agent=move.agent, data=data)
