"""Customers and the addresses they write from: one contact behind each address, however many messages arrive at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.store.tables import addresses, contacts

_FIND = (
    sa.select(contacts, addresses.c.value.label("address"))
    .join(addresses, addresses.c.contact_id == contacts.c.id)
    .where(addresses.c.kind == sa.bindparam("kind"), addresses.c.value == sa.bindparam("value"))
)
_FIND_AND_LOCK = _FIND.with_for_update(of=addresses)


def contact_at(connection: sa.Connection, party: Party) -> sa.Row[Any] | None:
    """The contact who has this address, if it is known. Takes no lock."""
    return connection.execute(_FIND, {"kind": party.kind, "value": party.address}).one_or_none()


def contact_for(connection: sa.Connection, party: Party, *, now: datetime) -> sa.Row[Any]:
    """The contact who has this address, made if it is new; the address row stays locked until the transaction ends, so that
    messages of one sender are routed one after another."""
    key = {"kind": party.kind, "value": party.address}
    row = connection.execute(_FIND_AND_LOCK, key).one_or_none()
    if row is None:
        _add(connection, party, now)
        row = connection.execute(_FIND_AND_LOCK, key).one()
    elif party.name and not row.name:
        connection.execute(sa.update(contacts).where(contacts.c.id == row.id).values(name=party.name))
    return row


def note_last_owner(connection: sa.Connection, contact_id: int, agent: str) -> None:
    """Remember who was last responsible for this customer."""
    connection.execute(sa.update(contacts).where(contacts.c.id == contact_id).values(last_owner=agent))


def _add(connection: sa.Connection, party: Party, now: datetime) -> None:
    made = connection.execute(
        sa.insert(contacts).values(name=party.name, tags=[], created_at=now).returning(contacts.c.id)
    ).scalar_one()
    savepoint = connection.begin_nested()
    try:
        values = {"kind": party.kind, "value": party.address, "name": party.name}
        connection.execute(sa.insert(addresses).values(contact_id=made, created_at=now, **values))
        savepoint.commit()
    except sa.exc.IntegrityError:  # another worker made it first: theirs stands, ours goes
        savepoint.rollback()
        connection.execute(sa.delete(contacts).where(contacts.c.id == made))
