"""Customers and the addresses they write from: one contact behind each address, however many messages arrive at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import addresses, contacts

_FIND = (
    sa.select(contacts, addresses.c.value.label("address"), addresses.c.name.label("address_name"))
    .join(addresses, addresses.c.contact_id == contacts.c.id)
    .where(addresses.c.kind == sa.bindparam("kind"), addresses.c.value == sa.bindparam("value"))
)
_FIND_AND_LOCK = _FIND.with_for_update(of=addresses)
_ADD_CONTACT = sa.insert(contacts).returning(contacts.c.id)
_ADD_ADDRESS = insert_ignoring(addresses, addresses.c.contact_id)
_NOTE_OWNER = (
    sa.update(contacts).where(contacts.c.id == sa.bindparam("contact")).values(last_owner=sa.bindparam("agent"))
)


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
    elif party.name and not (row.name and row.address_name):
        _learn_name(connection, party, row)
    return row


def note_last_owner(connection: sa.Connection, contact_id: int, agent: str) -> None:
    """Remember who was last responsible for this customer."""
    connection.execute(_NOTE_OWNER, {"contact": contact_id, "agent": agent})


def _learn_name(connection: sa.Connection, party: Party, row: sa.Row[Any]) -> None:
    """A name is learnt where there is none: the address's own, in case it ever stands alone, and the customer's."""
    this = (addresses.c.kind == party.kind) & (addresses.c.value == party.address)
    connection.execute(sa.update(addresses).where(this, addresses.c.name == "").values(name=party.name))
    connection.execute(
        sa.update(contacts).where(contacts.c.id == row.id, contacts.c.name == "").values(name=party.name)
    )


def _add(connection: sa.Connection, party: Party, now: datetime) -> None:
    made = connection.execute(_ADD_CONTACT, {"name": party.name, "tags": [], "created_at": now}).scalar_one()
    values = {"kind": party.kind, "value": party.address, "name": party.name, "contact_id": made, "created_at": now}
    if connection.execute(_ADD_ADDRESS[connection.dialect.name], values).scalar_one_or_none() is None:
        # another worker made the address first: theirs stands, ours goes
        connection.execute(sa.delete(contacts).where(contacts.c.id == made))
