"""The order in which cases want attention, for every list and for the waiting line: nearest due first. Knows no promise.

Due is what comes first of all that runs in a case: an answer, its resolution, what the law wants. `next_due_at` is kept from the
clocks, up to a second behind; `due_at`, of the open turn, is there from the first moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations

_TURN, _NEXT = conversations.c.due_at, conversations.c.next_due_at
NEAREST: sa.ColumnElement[Any] = sa.case(
    (_TURN.is_(None), _NEXT), (_NEXT.is_(None), _TURN), (_TURN < _NEXT, _TURN), else_=_NEXT
)
"""When a case is due next; NULL where nothing is."""

NEAREST_DUE: tuple[sa.ColumnElement[Any], ...] = (
    NEAREST.is_(None),
    NEAREST,
    conversations.c.waiting_since.is_(None),
    conversations.c.waiting_since,
    conversations.c.id,
)
"""For ORDER BY: what is due, nearest first; then whose customer waits, longest first; then the rest."""


def comes_after(due: datetime | None, waiting_since: datetime | None, case_id: int) -> sa.ColumnElement[bool]:
    """The condition that leaves what stands behind a case in that order, of which these three were read."""
    since, number = conversations.c.waiting_since, conversations.c.id
    behind: sa.ColumnElement[bool]
    if waiting_since is None:
        behind = since.is_(None) & (number > case_id)
    else:
        same = (since == waiting_since) & (number > case_id)
        behind = sa.or_(since > waiting_since, since.is_(None), same)
    if due is None:
        return sa.and_(NEAREST.is_(None), behind)
    same_due = NEAREST.in_((due,))
    return sa.or_(due < NEAREST, NEAREST.is_(None), sa.and_(same_due, behind))


def first_due(case: Mapping[str, Any]) -> datetime | None:
    """What comes first of all that is due in a case, of its document (ventanilla/store/views/cases.py); None where nothing is."""
    return min((at for at in (case["due_at"], case["next_due_at"]) if at is not None), default=None)
