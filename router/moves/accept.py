"""Whoever got a case says that they have it: by a word, or by beginning to work on it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.moves.base import Move, find_case, require_open
from router.moves.refusals import Refused
from ventanilla.store.acceptances import accept_assignment
from ventanilla.store.assignments import leave_line
from ventanilla.store.conversations import lock_case
from ventanilla.store.events import Journal


def accept(move: Move, key: str) -> sa.Row[Any]:
    """The owner of an open case has it; what they only held in line is theirs by that. A repeat changes nothing. Raises Refused."""
    case = find_case(move, key)
    require_open(move, case)
    require_owner(move, case)
    leave_line(move.connection, case, move.journal, pinned=True)
    accept_assignment(move.connection, case, move.journal)
    return lock_case(move.connection, case.id)


def note_accepted(connection: sa.Connection, case: sa.Row[Any], agent: str | None, journal: Journal) -> None:
    """Somebody has worked on a case (locked): answered, noted, called. If it is theirs, they have accepted it. Safe to call
    whatever the case's state; a repeat changes nothing."""
    if agent is not None and case.owned == 1 and case.owner == agent:
        accept_assignment(connection, case, journal, by="acting")


def require_owner(move: Move, case: sa.Row[Any]) -> None:
    """Raises Refused unless the case is theirs."""
    if case.owner != move.agent:
        raise Refused("not_owner", key=case.key, owner=case.owner, agent=move.agent)
