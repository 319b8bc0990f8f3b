"""From a session's or a token's row to the person behind it, if they are still one of us. Writes nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from desk.entry.person import Person
from desk.room import Desk
from desk.words import spoken
from ventanilla.store.tables import team_members


def recognised(
    desk: Desk, connection: sa.Connection, found: sa.Row[Any], *, now: datetime, **came_by: Any
) -> Person | None:
    """Who this row speaks for: their role is the file's, their teams are the store's. None where they have left. `came_by`: what
    they have by the session or the token (`session_id`, `csrf`; `token_id`, `scopes`)."""
    settings = desk.config.agents.get(found.agent)
    if settings is None or not found.enabled or not settings.is_here(desk.house.today(now)):
        return None
    preferences: dict[str, Any] = found.preferences or {}
    teams = connection.scalars(sa.select(team_members.c.team).where(team_members.c.agent == found.agent))
    return Person(
        agent=found.agent,
        name=found.display_name,
        role=settings.role,
        language=spoken(preferences.get("language") or desk.config.service.language),
        teams=frozenset(teams),
        preferences=preferences,
        **came_by,
    )
