"""Applies the file: migrations first, then people, teams and channels in one transaction. Used by `up` and `reload`."""

from __future__ import annotations

import time
from datetime import datetime

import sqlalchemy as sa
import structlog

from config.apply import Applied, apply_config, leavers
from config.load import Loaded
from router.assigning.line import leave_agent, lock_cases_of
from router.assigning.presence import keep_presence
from router.house import House
from ventanilla.house_time import house_now
from ventanilla.store.agents import lock_agents
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.installation import ensure_installation, was_in_force
from ventanilla.store.leases import lease_elsewhere
from ventanilla.store.server_time import follow_server

log = structlog.get_logger(__name__)

LEFT = "owner_left"
CURE = "another machine works under a newer file: copy that one here (`ventanilla reload` would bring this one back, for all)"
LOOK_AGAIN = 1.0
"""Seconds between two looks whether another machine renews its lease."""


def apply_file(store: Store, loaded: Loaded, *, now: datetime) -> Applied:
    """Make this file the one in force; what leavers held goes to others in the same transaction. Raises ConfigError."""
    with store.write() as connection:
        applied = apply_in(connection, loaded, now=now)
        installation = ensure_installation(connection, now=now)
    house = House(config=loaded.config, version=applied.version, installation=installation)
    keep_presence(store, house, Journal(now=now, actor="admin"))
    return applied


def put_in_force(store: Store, loaded: Loaded) -> Applied:
    """The same, now by the clock of the store's server: no machine's own says since when a channel is ours. Raises Temporary."""
    follow_server(store)
    return apply_file(store, loaded, now=house_now())


def begin_with(store: Store, loaded: Loaded) -> None:
    """The same when a machine starts, unless its file is behind: then its processes say so and wait. Raises as above."""
    if is_behind(store, loaded):
        log.warning("older_file", file=str(loaded.path), cure=CURE)
    else:
        put_in_force(store, loaded)


def is_behind(store: Store, loaded: Loaded) -> bool:
    """Whether this file is one of before and another machine works under the newer one: this one was away when that came, and
    must not bring back what is over. A lease that another machine left behind tells nothing until it is renewed, so this may
    take as long as one lasts (24 s). On SQLite, which one machine has to itself, False. Raises Temporary."""
    if store.is_sqlite:
        return False
    follow_server(store)
    first = _newest_lease_elsewhere(store, loaded)
    newest = first
    while newest is not None and newest == first:
        time.sleep(LOOK_AGAIN)
        newest = _newest_lease_elsewhere(store, loaded)
    return newest is not None


def _newest_lease_elsewhere(store: Store, loaded: Loaded) -> datetime | None:
    """Until when another machine has a lease, if this file is one of before; else None."""
    with store.read() as connection:
        return lease_elsewhere(connection, now=house_now()) if was_in_force(connection, loaded.sha256) else None


def apply_in(connection: sa.Connection, loaded: Loaded, *, now: datetime) -> Applied:
    """The same within a transaction of the caller's, who may roll it back (a dry run)."""
    installation = ensure_installation(connection, now=now)
    lock_cases_of(
        connection, leavers(connection, loaded.config, now)
    )  # cases, teams, people: in the order of whoever routes
    lock_agents(connection)

    def hand_over(connection: sa.Connection, agent: str, version: int, journal: Journal) -> int:
        house = House(config=loaded.config, version=version, installation=installation)
        return leave_agent(connection, house, agent, LEFT, journal)

    return apply_config(connection, loaded, hand_over=hand_over, now=now)
