"""From what a program sends to who it acts as: the token, its agent, and no more rights than both have. Writes `used_at`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from desk.entry.person import Person, Scope
from desk.entry.recognised import recognised
from desk.room import Desk
from ventanilla.errors import Temporary
from ventanilla.store.api_tokens import USED_EVERY, find_token, note_used


def person_of_token(desk: Desk, token: str, *, now: datetime) -> Person | None:
    """As whom a program with this token comes; None where the token is good for nothing, or its agent has left. Raises Temporary
    when the store is away."""
    with desk.store.read() as connection:
        found = find_token(connection, token, now=now)
        if found is None:
            return None
        scopes = frozenset(Scope(scope) for scope in found.scopes)
        person = recognised(desk, connection, found, now=now, token_id=found.id, scopes=scopes)
    if person is not None and (found.used_at is None or now - found.used_at >= USED_EVERY):
        with suppress(Temporary), desk.store.write() as connection:
            note_used(connection, found.id, now=now)
    return person
