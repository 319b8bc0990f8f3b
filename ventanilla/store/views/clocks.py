"""A case's clocks as `show` prints them. Reads only."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import clocks

_AS_THEY_ARE = (
    "metric",
    "number",
    "name",
    "agent",
    "team",
    "started_at",
    "stopped_at",
    "ended",
    "paused_since",
    "promise",
    "calendar",
    "config_version",
    "target",
    "warn_at",
    "due_at",
    "warned_at",
    "breached_at",
)
_LENGTHS = ("elapsed", "business", "paused", "within")


def clocks_of(connection: sa.Connection, case_id: int) -> list[dict[str, Any]]:
    """Every clock of a case in the order in which they started; lengths in seconds."""
    query = sa.select(clocks).where(clocks.c.conversation_id == case_id)
    rows = connection.execute(query.order_by(clocks.c.started_at, clocks.c.metric, clocks.c.number))
    return [
        {name: getattr(row, name) for name in _AS_THEY_ARE}
        | {name: None if (length := getattr(row, name)) is None else length / 1_000_000 for name in _LENGTHS}
        for row in rows
    ]
