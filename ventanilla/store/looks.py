"""Who looked at what: noted, and read again. What was done stands in the events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.tables import conversations, looks
from ventanilla.words import LookedAt

AGAIN_AFTER = timedelta(minutes=10)
"""Within this time the same look of the same session or token is one look: a page that is loaded again is not news."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look. `detail` has ids and codes alone, never customers' text."""

    agent: str
    what: LookedAt
    case_id: int | None = None
    contact_id: int | None = None
    session_id: int | None = None
    token_id: int | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def _columns(self) -> dict[str, Any]:
        return {
            "agent": self.agent,
            "what": self.what,
            "conversation_id": self.case_id,
            "contact_id": self.contact_id,
            "session_id": self.session_id,
            "token_id": self.token_id,
        }


def has_looked(connection: sa.Connection, look: Look, *, now: datetime) -> bool:
    """Whether this very look was noted within AGAIN_AFTER."""
    same = [looks.c[name].is_not_distinct_from(value) for name, value in look._columns.items() if name != "agent"]
    recent = sa.select(looks.c.detail).where(looks.c.agent == look.agent, looks.c.at > now - AGAIN_AFTER, *same)
    return dict(look.detail) in list(connection.scalars(recent))


def add_look(connection: sa.Connection, look: Look, *, now: datetime) -> None:
    """Note it."""
    connection.execute(sa.insert(looks).values(at=now, detail=dict(look.detail), **look._columns))


def looks_at(
    connection: sa.Connection,
    *,
    agent: str | None = None,
    case_id: int | None = None,
    contact_id: int | None = None,
    before: int | None = None,
    limit: int = 100,
) -> list[sa.Row[Any]]:
    """Looks with the `key` of their case, the newest first, at most `limit`; `before` is the last id of the page before."""
    query = sa.select(looks, conversations.c.key).outerjoin(
        conversations, conversations.c.id == looks.c.conversation_id
    )
    wanted = {looks.c.agent: agent, looks.c.conversation_id: case_id, looks.c.contact_id: contact_id}
    query = query.where(*(column == value for column, value in wanted.items() if value is not None))
    if before is not None:
        query = query.where(looks.c.id < before)
    return list(connection.execute(query.order_by(looks.c.id.desc()).limit(limit)))
