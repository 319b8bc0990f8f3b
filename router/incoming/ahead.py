"""Takes the locks of a whole batch before its first message is placed, so that no two transactions wait for each other.

One message takes its locks in order by itself: address, case, agents by name. Several would begin again at the case after each.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.assigning.responsible import FIRST_KEPT
from router.assigning.shortlist import has_shortlists
from router.house import House
from router.incoming.loops import WITHIN
from ventanilla.store.agents import covers_of, lock_agents, lock_teams
from ventanilla.store.consent import ask_wishes_ahead
from ventanilla.store.messages import Received, ask_refs_ahead
from ventanilla.store.nearest_agents import keep_nearest, nearest_names
from ventanilla.store.outbox import ask_automatic_ahead
from ventanilla.store.past_us import ask_awaited_ahead
from ventanilla.store.reserved import reserve_ids
from ventanilla.store.tables import conversations

_OPEN_CASES = (
    sa.select(conversations.c.id, conversations.c.owner, conversations.c.team)
    .where(conversations.c.contact_id.in_(sa.bindparam("contacts", expanding=True)), conversations.c.owned == 1)
    .order_by(conversations.c.id)
    .with_for_update()
)


def ask_ahead(connection: sa.Connection, received: Collection[Received], *, now: datetime) -> None:
    """What would be asked for each message of a batch whose addresses are locked, asked for all of them at once."""
    messages = [one.message for one in received if not one.message.conversational]
    named = ([one.external_id, *one.in_reply_to, *one.references] for one in messages)
    ids = sorted({external_id for each in named for external_id in each if external_id})
    if ids:
        ask_refs_ahead(connection, ids)
        ask_awaited_ahead(connection, ids)
    people = sorted({one.message.customer.address for one in received if one.message.customer.address})
    if people:
        ask_wishes_ahead(connection, people)
        ask_automatic_ahead(connection, people, since=now - WITHIN)
    if received:  # each may become a message, with a receipt and a notice
        reserve_ids(connection, {"messages": len(received), "outbox": 2 * len(received)})


def lock_ahead(
    connection: sa.Connection, house: House, channels: Collection[str], contacts: Iterable[Any], *, number: int
) -> None:
    """Lock the open cases of these customers, whose addresses are locked, and then everybody to whom one of their messages, so many
    and on these channels, may go: of a large team whose members can all the same, those that come first. On SQLite transactions
    that write are one at a time anyway."""
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
    known = teams & house.config.teams.keys()
    large = {name for name in known if has_shortlists(house, name)}
    shortlisted = {name for name in large if house.is_uniform(name)}
    if large:
        lock_teams(connection, large)
    most = FIRST_KEPT + number
    for name in known:
        few = name in shortlisted
        names.update(nearest_names(connection, name, most=most) if few else house.config.teams[name].members)
        names.update(house.config.teams[name].duty)
    people = {name for name in names if name}
    people |= set(covers_of(connection, people))
    lock_agents(connection, people)
    for name in shortlisted:
        keep_nearest(connection, name, most=most, locked=people)
