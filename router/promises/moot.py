"""Whether a warning that waited for somebody's shift still says anything. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import clocks

WARNS = "warns"
"""In the payload of a warning: the clock that it is about (case, metric, number)."""
_STOPPED = sa.select(clocks.c.ended).where(
    clocks.c.conversation_id == sa.bindparam("case"),
    clocks.c.metric == sa.bindparam("metric"),
    clocks.c.number == sa.bindparam("number"),
)


def is_warning_moot(connection: sa.Connection, row: Any) -> str | None:
    """Why a row of the outbox warns of nothing any more: what it warned of has ended. None for every other row."""
    if WARNS not in row.payload:
        return None
    ended = connection.scalar(_STOPPED, row.payload[WARNS])
    return None if ended is None else f"nothing to warn of any more: {str(ended).replace('_', ' ')}"
