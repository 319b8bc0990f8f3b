"""Tokens of programs: made for an agent, found by what a program sends, revoked. The store has a token's hash alone."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import accounts, agents, api_tokens
from ventanilla.words import EventKind

PREFIX = "vnt_"
"""How every token begins, so that whoever finds one in a file knows what it is."""
USED_EVERY = timedelta(minutes=1)
_FOUND: sa.Select[Any] = (
    sa.select(
        api_tokens.c.id,
        api_tokens.c.agent,
        api_tokens.c.name,
        api_tokens.c.scopes,
        api_tokens.c.used_at,
        agents.c.display_name,
        agents.c.enabled,
        accounts.c.preferences,
    )
    .join(agents, agents.c.name == api_tokens.c.agent)
    .outerjoin(accounts, accounts.c.agent == api_tokens.c.agent)
    .where(api_tokens.c.token_sha256 == sa.bindparam("digest"), api_tokens.c.revoked_at.is_(None))
    .where(sa.or_(api_tokens.c.expires_at.is_(None), api_tokens.c.expires_at > sa.bindparam("now")))
)


def make_token(
    connection: sa.Connection,
    agent: str,
    *,
    name: str,
    scopes: Collection[str],
    expires_at: datetime | None,
    made_by: str,
    journal: Journal,
) -> tuple[int, str]:
    """A new token by which a program acts as this agent; its id and the token itself, which nobody can learn again. `scopes` are
    read, write, admin (desk/entry/person.py); without `expires_at` it is good until it is revoked."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = {"token_sha256": _digest(token), "name": name[:80], "agent": agent, "scopes": sorted(set(scopes))}
    made = sa.insert(api_tokens).values(made_by=made_by, created_at=journal.now, expires_at=expires_at, **row)
    number = int(connection.execute(made.returning(api_tokens.c.id)).scalar_one())
    journal.add(EventKind.TOKEN_MADE, agent=agent, data={"token": number, "scopes": row["scopes"]})
    return number, token


def find_token(connection: sa.Connection, token: str, *, now: datetime) -> sa.Row[Any] | None:
    """What stands behind a token: `id, agent, name, scopes, used_at`, whether its agent is still one of us (`display_name,
    enabled`) and their preferences; None where it is revoked, expired or never was."""
    if not token.startswith(PREFIX):
        return None
    return connection.execute(_FOUND, {"digest": _digest(token), "now": now}).one_or_none()


def note_used(connection: sa.Connection, token_id: int, *, now: datetime) -> None:
    """It was used just now. Called at most once in USED_EVERY."""
    connection.execute(sa.update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=now))


def tokens_of(connection: sa.Connection, agent: str | None) -> list[sa.Row[Any]]:
    """Every token of an agent (None: of everybody), the newest first, those that are good no more too; never the token itself."""
    query = sa.select(*(column for column in api_tokens.c if column.name != "token_sha256"))
    if agent is not None:
        query = query.where(api_tokens.c.agent == agent)
    return list(connection.execute(query.order_by(api_tokens.c.id.desc())))


def revoke_token(connection: sa.Connection, token_id: int, *, journal: Journal, agent: str | None = None) -> bool:
    """It is good no more; whether it was until now. With `agent` only if it is theirs."""
    which = api_tokens.c.id == token_id
    return bool(_revoke(connection, which if agent is None else which & (api_tokens.c.agent == agent), journal))


def revoke_tokens(connection: sa.Connection, agent: str, *, journal: Journal) -> int:
    """All of an agent's tokens are good no more; how many were until now."""
    return _revoke(connection, api_tokens.c.agent == agent, journal)


def _revoke(connection: sa.Connection, which: sa.ColumnElement[bool], journal: Journal) -> int:
    revoked = sa.update(api_tokens).where(which, api_tokens.c.revoked_at.is_(None)).values(revoked_at=journal.now)
    rows = list(connection.execute(revoked.returning(api_tokens.c.id, api_tokens.c.agent)))
    for row in rows:
        journal.add(EventKind.TOKEN_REVOKED, agent=row.agent, data={"token": row.id})
    return len(rows)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
