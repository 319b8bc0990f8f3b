"""Takes the locks of a whole batch before its first message is placed, so that no two transactions wait for each other.

One message takes its locks in order by itself: address, case, agents by name. Several would begin again at the case after each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.store.agents import covers_of, lock_agents
from ventanilla.store.tables import conversations

_OPEN_CASES = (
    sa.select(conversations.c.id, conversations.c.owner, conversations.c.team)
    .where(conversations.c.contact_id.in_(sa.bindparam("contacts", expanding=True)), conversations.c.owned == 1)
    .order_by(conversations.c.id)
    .with_for_update()
)


def lock_ahead(connection: sa.Connection, house: House, channels: Collection[str], contacts: Iterable[Any]) -> None:
    """Lock the open cases of these customers, whose addresses are locked, and then everybody to whom a message of theirs on one of
    these channels may go. On SQLite transactions that write are one at a time anyway."""
    if connection.dialect.name == "sqlite":
        return
    customers = {contact.id: contact for contact in contacts}
    cases = connection.execute(_OPEN_CASES, {"contacts": sorted(customers)}).all()
    rules = [rule.then for rule in house.config.rules]
    teams = {house.config.channels[name].team for name in channels if name in house.config.channels}
    teams |= {then.team for then in rules if then.team} | {case.team for case in cases}
    names = {then.agent for then in rules} | {case.owner for case in cases}
    for contact in customers.values():
        names |= {contact.account_manager, contact.last_owner, contact.restricted_to}
    for name in teams & house.config.teams.keys():
        names.update(house.config.teams[name].members, house.config.teams[name].duty)
    people = {name for name in names if name}
    lock_agents(connection, people | set(covers_of(connection, people)))
