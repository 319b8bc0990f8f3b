"""The desk's accounts: what proves somebody to be an agent, and how they like the desk. Knows no password, only its hash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import accounts, agents, invitations
from ventanilla.words import EventKind

_NEW = insert_ignoring(accounts)


def find_account(connection: sa.Connection, name: str) -> sa.Row[Any] | None:
    """Whose account a typed name or address means: `agent, password_hash` of somebody who works here; None where it means
    nobody, or more than one."""
    wanted = name.strip().lower()
    query: sa.Select[Any] = (
        sa.select(accounts.c.agent, accounts.c.password_hash)
        .join(agents, agents.c.name == accounts.c.agent)
        .where(agents.c.enabled, sa.or_(sa.func.lower(agents.c.name) == wanted, agents.c.email == wanted))
    )
    found = list(connection.execute(query.limit(3)))
    exact = [row for row in found if row.agent == name.strip()]
    return (exact or found)[0] if len(exact or found) == 1 else None


def account_of(connection: sa.Connection, agent: str) -> sa.Row[Any] | None:
    """The account of an agent; None where they have none yet."""
    return connection.execute(sa.select(accounts).where(accounts.c.agent == agent)).one_or_none()


def set_password(connection: sa.Connection, agent: str, password_hash: str, *, journal: Journal) -> None:
    """From now on this is their password; makes the account where there was none."""
    _keep(connection, agent, journal, password_hash=password_hash, password_set_at=journal.now)
    journal.add(EventKind.PASSWORD_SET, agent=agent)


def replace_hash(connection: sa.Connection, agent: str, *, old: str, new: str) -> bool:
    """The same password, hashed as one does by now; whether it was still the old one."""
    same = (accounts.c.agent == agent) & (accounts.c.password_hash == old)
    return connection.execute(sa.update(accounts).where(same).values(password_hash=new)).rowcount == 1


def set_preferences(connection: sa.Connection, agent: str, preferences: Mapping[str, Any], *, journal: Journal) -> None:
    """How they like the desk from now on; their names are in the log, not what was chosen."""
    _keep(connection, agent, journal, preferences=dict(preferences))
    journal.add(EventKind.PREFERENCES_SET, agent=agent, data={"names": sorted(preferences)})


def agent_of_subject(connection: sa.Connection, issuer: str, subject: str) -> str | None:
    """Who came in as this subject of an OpenID Connect provider before, if they still work here."""
    mine = (accounts.c.oidc_issuer == issuer) & (accounts.c.oidc_subject == subject) & agents.c.enabled
    query = sa.select(accounts.c.agent).join(agents, agents.c.name == accounts.c.agent).where(mine)
    return connection.scalar(query)


def agent_of_address(connection: sa.Connection, address: str) -> str | None:
    """Who among us has this e-mail address; None where nobody has it, or more than one."""
    query = sa.select(agents.c.name).where(agents.c.enabled, agents.c.email == address.strip().lower()).limit(2)
    found = list(connection.scalars(query))
    return found[0] if len(found) == 1 else None


def link_subject(connection: sa.Connection, agent: str, issuer: str, subject: str, *, journal: Journal) -> bool:
    """This subject is this agent. False where another subject of the same provider is them already: nobody takes that over."""
    _keep(connection, agent, journal)
    free = sa.or_(
        accounts.c.oidc_issuer.is_(None), accounts.c.oidc_issuer != issuer, accounts.c.oidc_subject == subject
    )
    mine = sa.update(accounts).where(accounts.c.agent == agent, free)
    return connection.execute(mine.values(oidc_issuer=issuer, oidc_subject=subject)).rowcount == 1


def unlink_subject(connection: sa.Connection, agent: str) -> bool:
    """Nobody at any provider is this agent any more, until somebody comes with their address; whether anybody was."""
    linked = (accounts.c.agent == agent) & accounts.c.oidc_subject.is_not(None)
    gone = sa.update(accounts).where(linked).values(oidc_issuer=None, oidc_subject=None)
    return connection.execute(gone).rowcount == 1


def is_desk_wanted(connection: sa.Connection) -> bool:
    """Whether anybody was ever invited to the desk, or has come in."""
    invited = sa.select(invitations.c.agent).where(invitations.c.purpose == "desk").limit(1)
    return any(connection.execute(query).first() for query in (sa.select(accounts.c.agent).limit(1), invited))


def _keep(connection: sa.Connection, agent: str, journal: Journal, **values: Any) -> None:
    row = {"agent": agent, "preferences": {}, "created_at": journal.now}
    connection.execute(_NEW[connection.dialect.name], row)
    if values:
        connection.execute(sa.update(accounts).where(accounts.c.agent == agent).values(**values))
