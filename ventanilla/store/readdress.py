"""An address that has moved at its provider: what goes there next goes to the new one. Knows no provider."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import addresses, conversations, outbox
from ventanilla.words import DeliveryState, EventKind


def readdress(connection: sa.Connection, row: sa.Row[Any], new: str, journal: Journal) -> None:
    """A row of the outbox went to `new` and not to its recipient. So goes, from now on, all that waits for that recipient on the
    same way out, and the cases of that address there. Where the new address is known already it is left as it is."""
    waiting = (DeliveryState.PENDING, DeliveryState.HELD)
    same = (outbox.c.via == row.via) & (outbox.c.recipient == row.recipient)
    connection.execute(sa.update(outbox).where(same, outbox.c.state.in_(waiting)).values(recipient=new))
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(recipient=new))
    if row.conversation_id is not None:
        _move_cases(connection, row, new, journal)


def _move_cases(connection: sa.Connection, row: sa.Row[Any], new: str, journal: Journal) -> None:
    case = connection.execute(sa.select(conversations).where(conversations.c.id == row.conversation_id)).one()
    if case.address != row.recipient or case.channel != row.via:
        return
    there = conversations.alias()
    taken = sa.exists().where(there.c.address == new, there.c.channel == case.channel, there.c.account == case.account)
    moving = (conversations.c.address == row.recipient) & (conversations.c.channel == case.channel)
    moving &= conversations.c.account == case.account
    connection.execute(sa.update(conversations).where(moving, ~taken).values(address=new))
    known = addresses.alias()
    mine = (addresses.c.value == row.recipient) & (addresses.c.contact_id == case.contact_id)
    is_new = ~sa.exists().where(known.c.kind == addresses.c.kind, known.c.value == new)
    connection.execute(sa.update(addresses).where(mine, is_new).values(value=new))
    data = {"by": "provider", "contact": case.contact_id, "changed": ["address"]}
    journal.add(EventKind.CONTACT_CHANGED, data=data, conversation_id=case.id)
