"""Applies the file: migrations first, then people, teams and channels in one transaction. Used by `up` and `reload`."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from config.apply import Applied, apply_config
from config.load import Loaded
from router.assigning.line import leave_agent
from router.assigning.presence import keep_presence
from router.house import House
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.installation import ensure_installation

LEFT = "owner_left"


def apply_file(store: Store, loaded: Loaded, *, now: datetime) -> Applied:
    """Make this file the one in force; what leavers held goes to others in the same transaction. Raises ConfigError."""
    with store.write() as connection:
        applied = apply_in(connection, loaded, now=now)
        installation = ensure_installation(connection, now=now)
    house = House(config=loaded.config, version=applied.version, installation=installation)
    keep_presence(store, house, Journal(now=now, actor="admin"))
    return applied


def apply_in(connection: sa.Connection, loaded: Loaded, *, now: datetime) -> Applied:
    """The same within a transaction of the caller's, who may roll it back (a dry run)."""
    installation = ensure_installation(connection, now=now)

    def hand_over(connection: sa.Connection, agent: str, version: int, journal: Journal) -> int:
        house = House(config=loaded.config, version=version, installation=installation)
        return leave_agent(connection, house, agent, LEFT, journal)

    return apply_config(connection, loaded, hand_over=hand_over, now=now)
