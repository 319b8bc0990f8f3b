"""One-time invitations: made, asked for, used. The token itself is nowhere in the store, only its hash."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import invitations
from ventanilla.words import EventKind

LASTS = timedelta(hours=48)
_BYTES = 24  # 32 characters of A-Z a-z 0-9 _ -; Telegram's start parameter takes 64

Purpose = Literal["telegram", "desk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What to hand to a person. Whoever has the token has what it is good for."""

    agent: str
    token: str = field(repr=False)
    expires_at: datetime


def invite(connection: sa.Connection, agent: str, purpose: Purpose, *, journal: Journal) -> Invitation:
    """Make an invitation, good once and for 48 hours; former ones of this person for the same end are good no more."""
    connection.execute(sa.update(invitations).where(*_open(purpose, agent, journal.now)).values(expires_at=journal.now))
    token = secrets.token_urlsafe(_BYTES)
    made = Invitation(agent=agent, token=token, expires_at=journal.now + LASTS)
    row = {"token_sha256": _hash(token), "agent": agent, "purpose": purpose, "created_at": journal.now}
    connection.execute(sa.insert(invitations).values(expires_at=made.expires_at, **row))
    journal.add(EventKind.AGENT_INVITED, agent=agent, data={"to": purpose})
    return made


def find_invitation(
    connection: sa.Connection, token: str, purpose: Purpose, *, locked: bool = True
) -> sa.Row[Any] | None:
    """The invitation behind a token, good or not, `locked` until the transaction ends; None for a token that we never made."""
    query = sa.select(invitations).where(invitations.c.token_sha256 == _hash(token), invitations.c.purpose == purpose)
    return connection.execute(query.with_for_update() if locked else query).one_or_none()


def use_invitation(connection: sa.Connection, row: sa.Row[Any], *, now: datetime) -> None:
    """It has been used; the caller holds its lock."""
    used = sa.update(invitations).where(invitations.c.token_sha256 == row.token_sha256)
    connection.execute(used.values(used_at=now))


def invited(connection: sa.Connection, purpose: Purpose, *, now: datetime) -> dict[str, datetime]:
    """Who has an invitation that is still good, and until when."""
    rows = connection.execute(
        sa.select(invitations.c.agent, invitations.c.expires_at).where(*_open(purpose, None, now))
    )
    return {row.agent: row.expires_at for row in rows}


def _open(purpose: Purpose, agent: str | None, now: datetime) -> list[sa.ColumnElement[bool]]:
    good = [invitations.c.purpose == purpose, invitations.c.used_at.is_(None), invitations.c.expires_at > now]
    return good if agent is None else [*good, invitations.c.agent == agent]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
