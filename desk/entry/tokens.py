"""From what a program sends to who it acts as: the token, its agent, and no more rights than both have. Writes `used_at`."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from desk.entry.person import Person, Scope
from desk.entry.sessions import teams_of
from desk.room import Desk
from desk.words import spoken
from ventanilla.errors import Temporary
from ventanilla.store.api_tokens import USED_EVERY, find_token, note_used


def person_of_token(desk: Desk, token: str, *, now: datetime) -> Person | None:
    """As whom a program with this token comes; None where the token is good for nothing, or its agent has left. Raises Temporary
    when the store is away."""
    with desk.store.read() as connection:
        found = find_token(connection, token, now=now)
        settings = desk.config.agents.get(found.agent) if found is not None else None
        if found is None or settings is None or not found.enabled or not settings.is_here(desk.house.today(now)):
            return None
        teams = teams_of(connection, found.agent)
    if found.used_at is None or now - found.used_at >= USED_EVERY:
        with suppress(Temporary), desk.store.write() as connection:
            note_used(connection, found.id, now=now)
    preferences: Mapping[str, str] = found.preferences or {}
    return Person(
        agent=found.agent,
        name=found.display_name,
        role=settings.role,
        language=spoken(preferences.get("language") or desk.config.service.language),
        teams=teams,
        token_id=found.id,
        scopes=frozenset(Scope(scope) for scope in found.scopes),
        preferences=preferences,
    )
