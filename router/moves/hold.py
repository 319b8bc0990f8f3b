"""A supervisor has a case kept whatever happens (a legal hold), or lets it go again. What is held is never erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import survivor
from router.moves.base import Move, find_case
from router.moves.refusals import Refused
from ventanilla.store.events import Journal
from ventanilla.store.holds import end_holds, place_hold
from ventanilla.words import Side


def hold(move: Move, key: str, *, reason: str, until: datetime | None) -> tuple[sa.Row[Any], bool]:
    """Keep a case, and all that was merged into it, until then (UTC; none: until `unhold`). Returns the case and whether that is
    new; the same again changes nothing. On a merged case it stands on the survivor. Raises Refused."""
    if not reason.strip():
        raise Refused("no_hold_reason")
    if until is not None and until <= move.now:
        raise Refused("in_the_past", when=until.isoformat(timespec="minutes"))
    case = _find(move, key)
    is_new = place_hold(
        move.connection, case.id, reason=reason.strip(), until=until, by=move.agent, journal=move.journal
    )
    return case, is_new


def unhold(move: Move, key: str) -> tuple[sa.Row[Any], int]:
    """End the legal holds of a case; return it and how many those were. Raises Refused."""
    case = _find(move, key)
    return case, end_holds(move.connection, case.id, by=move.agent, journal=move.journal)


def by_hand(connection: sa.Connection, house: House, user: str, *, now: datetime) -> Move:
    """The move of whoever runs the command on the machine itself, who is none of the file's people: they may hold and let go."""
    journal = Journal(now=now, actor=user)
    return Move(connection=connection, house=house, journal=journal, agent=user, side=Side.COMMAND)


def _find(move: Move, key: str) -> sa.Row[Any]:
    if move.agent in move.house.config.agents and not move.supervises:
        raise Refused("only_supervisors", agent=move.agent)
    return survivor(move.connection, find_case(move, key))
