"""Sessions at the desk: begun, found by what their browser keeps, ended. The store has a token's hash alone."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import accounts, agents, sessions
from ventanilla.words import EntryWay, EventKind

LASTS = timedelta(days=7)
"""How long a session lasts at most, however much it is used."""
IDLE = timedelta(hours=12)
"""After so long without a page it is over."""
SEEN_EVERY = timedelta(minutes=1)
_FOUND: sa.Select[Any] = (
    sa.select(
        sessions.c.id,
        sessions.c.agent,
        sessions.c.seen_at,
        agents.c.display_name,
        agents.c.enabled,
        accounts.c.preferences,
    )
    .join(agents, agents.c.name == sessions.c.agent)
    .outerjoin(accounts, accounts.c.agent == sessions.c.agent)
    .where(sessions.c.token_sha256 == sa.bindparam("digest"), sessions.c.ended_at.is_(None))
    .where(sessions.c.expires_at > sa.bindparam("now"), sessions.c.seen_at > sa.bindparam("idle_since"))
)
_SEEN = sa.update(sessions).where(sessions.c.id == sa.bindparam("session"), sessions.c.ended_at.is_(None))


def begin_session(
    connection: sa.Connection, agent: str, way: EntryWay, *, browser: str, journal: Journal, lasts: timedelta = LASTS
) -> tuple[int, str]:
    """A new session of this agent; its id and the token for their browser, which nobody can learn again."""
    token = secrets.token_urlsafe(32)
    row = {"token_sha256": digest(token), "agent": agent, "way": way, "browser": browser[:200]}
    times = {"created_at": journal.now, "seen_at": journal.now, "expires_at": journal.now + lasts}
    number = connection.execute(sa.insert(sessions).values(**row, **times).returning(sessions.c.id)).scalar_one()
    journal.add(EventKind.LOGGED_IN, agent=agent, data={"way": str(way), "session": number})
    return int(number), token


def find_session(connection: sa.Connection, token: str, *, now: datetime, idle: timedelta = IDLE) -> sa.Row[Any] | None:
    """The session of a token, with its agent's name, whether they are still one of us, and their preferences; None where it is over
    or never was."""
    given = {"digest": digest(token), "now": now, "idle_since": now - idle}
    return connection.execute(_FOUND, given).one_or_none()


def note_seen(connection: sa.Connection, session_id: int, *, now: datetime) -> None:
    """It was used just now. Called at most once in SEEN_EVERY."""
    connection.execute(_SEEN.values(seen_at=now), {"session": session_id})


def open_sessions(
    connection: sa.Connection, agent: str | None = None, *, now: datetime, idle: timedelta = IDLE
) -> list[sa.Row[Any]]:
    """The sessions of an agent (None: of everybody) that still let somebody in, the last used first; never their tokens."""
    shown = [column for column in sessions.c if column.name != "token_sha256"]
    query = sa.select(*shown).where(
        sessions.c.ended_at.is_(None), sessions.c.expires_at > now, sessions.c.seen_at > now - idle
    )
    if agent is not None:
        query = query.where(sessions.c.agent == agent)
    return list(connection.execute(query.order_by(sessions.c.seen_at.desc(), sessions.c.id.desc())))


def end_sessions(
    connection: sa.Connection,
    agent: str,
    *,
    journal: Journal,
    only: int | None = None,
    but: int | None = None,
) -> int:
    """End this agent's sessions, or `only` that one, or all `but` that one; how many were still open."""
    mine = (sessions.c.agent == agent) & sessions.c.ended_at.is_(None)
    if only is not None:
        mine &= sessions.c.id == only
    if but is not None:
        mine &= sessions.c.id != but
    ended = connection.execute(sa.update(sessions).where(mine).values(ended_at=journal.now).returning(sessions.c.id))
    numbers = [row.id for row in ended]
    for number in numbers:
        journal.add(EventKind.SESSION_ENDED, agent=agent, data={"session": number})
    return len(numbers)


def digest(token: str) -> str:
    """What stands in the store for a token."""
    return hashlib.sha256(token.encode()).hexdigest()
