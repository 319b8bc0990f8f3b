"""Items of the ledger that a person lets through or has tried again. Knows the ledger; routes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.inbox import reopen_row
from ventanilla.store.views.ledgers import items_by_id
from ventanilla.words import STAFF_BOT, EventKind, InboxState

AGAIN = (InboxState.QUARANTINED, InboxState.SCREENED)
"""What can be tried again."""
RELEASABLE = (InboxState.SCREENED,)
"""What can be let through whatever screening made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """An item with which that cannot be done: there is none, it is in another `state`, it was written to the staff's bot, or its
    bytes were never had (`reason` says why)."""

    id: int
    why: Literal["missing", "state", "staff_bot", "no_bytes"]
    state: str = ""
    reason: str = ""


def unfit_items(connection: sa.Connection, ids: Sequence[int], *, states: Sequence[InboxState]) -> list[Unfit]:
    """Those of these items with which it cannot be done, missing ones first."""
    rows = items_by_id(connection, ids)
    found = [Unfit(id=number, why="missing") for number in ids if number not in rows]
    for number, row in rows.items():
        if row.state not in states:
            found.append(Unfit(id=number, why="state", state=row.state))
        elif row.channel == STAFF_BOT and states == RELEASABLE:
            found.append(Unfit(id=number, why="staff_bot", state=row.state))
        elif not row.has_bytes:
            found.append(Unfit(id=number, why="no_bytes", state=row.state, reason=row.reason or ""))
    return found


def release_items(connection: sa.Connection, ids: Sequence[int], journal: Journal, *, by: str) -> list[int]:
    """Let screened items through in `by`'s name: each becomes a case once it is routed. Returns those that still were screened.
    Whoever calls commits the journal and tells the queue (`ventanilla.queue`); the sweeper does where nobody could."""
    return _reopen(connection, ids, journal, kind=EventKind.MESSAGE_RELEASED, states=RELEASABLE, by=by)


def replay_items(connection: sa.Connection, ids: Sequence[int], journal: Journal) -> list[int]:
    """Have items routed again as if they had just come in. Returns those that could be; the rest as in `release_items`."""
    return _reopen(connection, ids, journal, kind=EventKind.MESSAGE_REPLAYED, states=AGAIN, by=None)


def _reopen(
    connection: sa.Connection,
    ids: Sequence[int],
    journal: Journal,
    *,
    kind: EventKind,
    states: Sequence[InboxState],
    by: str | None,
) -> list[int]:
    changed = []
    for number, row in items_by_id(connection, ids).items():
        if reopen_row(connection, number, states=states, released_by=by or row.released_by):
            journal.add(kind, inbox_id=number, channel=row.channel, data={"from": row.state})
            changed.append(number)
    return changed
