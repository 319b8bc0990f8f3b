""" "Not mine": whoever got a case gives it back, with a reason, and it goes to somebody else."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.assigning.lapses import note_passed
from router.moves.accept import require_owner
from router.moves.base import Move, find_case, require_open
from router.moves.refusals import Refused
from router.moves.remark import leave_remark
from ventanilla.store.acceptances import passed_by
from ventanilla.store.conversations import lock_case
from ventanilla.words import EventKind


def decline(move: Move, key: str, *, reason: str) -> sa.Row[Any]:
    """The owner of an open case says that it is not theirs; return its row as it is then.

    It goes by the policy to somebody who has not passed it on in this turn; with nobody else it stays with the duty list, and
    whoever supervises is told. The reason is kept as a note. A repeat in the same turn changes nothing,
    unless they were given it back meanwhile. Raises Refused.
    """
    if not reason.strip():
        raise Refused("no_reason")
    case = find_case(move, key)
    require_open(move, case)
    theirs_again = case.owner == move.agent and case.line_since is None
    if not theirs_again and move.agent in passed_by(move.connection, [case.id]).get(case.id, frozenset()):
        return case
    require_owner(move, case)
    leave_remark(move, case, reason)
    note_passed(move.connection, move.house, case, EventKind.DECLINED, move.journal)
    return lock_case(move.connection, case.id)
