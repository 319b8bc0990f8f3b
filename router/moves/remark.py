"""What somebody writes for their own people beside another move: the reason of a "not mine", a word with a hand-over."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.moves.base import Move
from ventanilla.store.tables import notes
from ventanilla.words import EventKind


def leave_remark(move: Move, case: sa.Row[Any], text: str) -> None:
    """Keep it with the case; it never reaches the customer. It changes no owner and accepts nothing."""
    values = {"conversation_id": case.id, "agent": move.agent, "side": move.side, "text": text.strip()}
    move.connection.execute(sa.insert(notes).values(**values, created_at=move.now))
    move.journal.add(EventKind.NOTED, conversation_id=case.id, agent=move.agent, data={"side": str(move.side)})
