"""Waiting for somebody other than the customer: a supplier, a carrier. Their clock goes on; the owner is reminded on a date."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from router.moves.base import Move, find_case, require_open, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from ventanilla.store.conversations import lock_case
from ventanilla.store.tables import conversations
from ventanilla.store.turns import change_state
from ventanilla.words import CaseState


class WaitFor(StrEnum):
    """For whom a case waits: somebody else, or again for us."""

    THIRD_PARTY = "third_party"
    US = "us"


def wait(move: Move, key: str, *, on: WaitFor = WaitFor.THIRD_PARTY, until: datetime | None = None) -> Moved:
    """Say that an open case waits for somebody else, at most `until` (aware, still to come), or that it does so no more. The
    customer's turn and its due time stay as they are. A repeat changes nothing. Raises Refused."""
    case = find_case(move, key)
    require_open(move, case)
    require_part(move, case)
    if until is not None and until <= move.now:
        raise Refused("in_the_past", when=until.isoformat(), at=until.isoformat())
    to = CaseState.WAITING_THIRD_PARTY
    if on is WaitFor.US:
        to = CaseState.OPEN if case.waiting_since is not None else CaseState.WAITING_CUSTOMER
        if case.state != CaseState.WAITING_THIRD_PARTY:
            return Moved.of(case, changed=False)
    changed = case.state != to or case.wait_until != until
    change_state(move.connection, case, move.journal, to=to, at=move.now, agent=move.agent)
    column = {"wait_until": until if to is CaseState.WAITING_THIRD_PARTY else None}
    move.connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(column))
    return Moved.of(lock_case(move.connection, case.id), changed=changed)
