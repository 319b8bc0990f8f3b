"""Leases with fencing tokens: one holder at a time, and a late one cannot write."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from ventanilla.errors import Conflict
from ventanilla.processes import is_dead, is_elsewhere
from ventanilla.store.engine import Store
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import leases

_FIRST = insert_ignoring(leases, leases.c.token)


def acquire_lease(store: Store, name: str, *, holder: str, ttl: timedelta, now: datetime) -> int | None:
    """The fencing token if the lease is ours now, else None.

    It is ours if it was free, lapsed, ours already, or held by a process of this machine that is dead. Every take-over
    raises the token.
    """
    with store.write() as connection:
        row = connection.execute(sa.select(leases).where(leases.c.name == name).with_for_update()).one_or_none()
        if row is None:
            first = {"name": name, "holder": holder, "token": 1, "expires_at": now + ttl}
            was_first = connection.scalar(_FIRST[connection.dialect.name], first) is not None
            return 1 if was_first else None
        if row.holder == holder:
            connection.execute(sa.update(leases).where(leases.c.name == name).values(expires_at=now + ttl))
            return int(row.token)
        if row.expires_at > now and not is_dead(row.holder):
            return None
        values = {"holder": holder, "token": row.token + 1, "expires_at": now + ttl}
        connection.execute(sa.update(leases).where(leases.c.name == name).values(values))
        return int(row.token) + 1


def lease_holder(store: Store, name: str) -> str | None:
    """The process that last held it (see `ventanilla.processes`); None if nobody ever did."""
    with store.read() as connection:
        return connection.scalar(sa.select(leases.c.holder).where(leases.c.name == name))


def lease_elsewhere(connection: sa.Connection, *, now: datetime) -> datetime | None:
    """When the last of the leases lapses that processes of other machines hold; None when they hold none."""
    held = connection.execute(sa.select(leases.c.holder, leases.c.expires_at).where(leases.c.expires_at > now))
    return max((row.expires_at for row in held if is_elsewhere(row.holder)), default=None)


def require_lease(connection: sa.Connection, name: str, token: int) -> None:
    """Within a transaction: go on only if this token is still the newest. Raises Conflict naming the holder."""
    row = connection.execute(sa.select(leases).where(leases.c.name == name).with_for_update()).one_or_none()
    if row is None or row.token != token:
        winner = None if row is None else str(row.holder)
        raise Conflict(f"the lease on {name} was taken over by {winner}", winner=winner)


def release_lease(store: Store, name: str, *, holder: str, now: datetime) -> None:
    """Let it lapse at once, if it is ours. A repeat does nothing."""
    with store.write() as connection:
        ours = (leases.c.name == name) & (leases.c.holder == holder)
        connection.execute(sa.update(leases).where(ours).values(expires_at=now))
