"""Who has left on the day that the file gives hands everything over, without anybody reloading anything. Safe to repeat."""

from __future__ import annotations

import sqlalchemy as sa

from config.apply import disable_leavers
from router.assigning.line import leave_agent, lock_cases_of
from router.house import House
from ventanilla.store.agents import lock_agents
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents

LEFT = "owner_left"


def hand_over_leavers(store: Store, house: House, journal: Journal) -> int:
    """Disable whoever does not belong to the house any more from today on, and give all they own to others, in one
    transaction; return how many cases moved."""
    today = house.today(journal.now)
    leaving = [name for name, one in house.config.agents.items() if not one.is_here(today)]
    if not leaving:
        return 0
    still_here = sa.select(agents.c.name).where(agents.c.enabled, agents.c.name.in_(leaving))
    with store.read() as connection:
        names = sorted(connection.scalars(still_here))
    if not names:
        return 0
    with store.write() as connection:
        lock_cases_of(connection, names)
        lock_agents(connection)
        gone = disable_leavers(connection, house.config, journal.now, journal)
        moved = sum(leave_agent(connection, house, name, LEFT, journal) for name in gone)
        journal.flush(connection)
    return moved
