"""The append-only log: every change, stamped with the time of the event and the time it was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.later import later
from ventanilla.store.tables import events
from ventanilla.words import EventKind

_INSERT = sa.insert(events)


@dataclass(slots=True, kw_only=True)
class Journal:
    """Events of one unit of work, written together just before it commits. `now` is when they are recorded."""

    now: datetime
    actor: str
    _rows: list[dict[str, Any]] = field(default_factory=list)

    def add(
        self, kind: EventKind, *, at: datetime | None = None, data: Mapping[str, Any] | None = None, **ids: Any
    ) -> None:
        """Note one event. `at` is its own time (default: now); `ids` are the columns of the events table; no text of customers."""
        row = dict.fromkeys(
            ("channel", "conversation_id", "assignment_number", "message_id", "inbox_id", "outbox_id", "agent")
        )
        row.update(kind=kind, at=at or self.now, recorded_at=self.now, actor=self.actor, data=dict(data or {}), **ids)
        self._rows.append(row)

    def flush(self, connection: sa.Connection) -> None:
        """Write what was noted, in order, and forget it."""
        if self._rows:
            later(connection, _INSERT, self._rows)
            self._rows.clear()


def events_of(connection: sa.Connection, conversation_id: int) -> list[sa.Row[Any]]:
    """Every event of one conversation, in the order they were recorded."""
    query = sa.select(events).where(events.c.conversation_id == conversation_id).order_by(events.c.id)
    return list(connection.execute(query))
