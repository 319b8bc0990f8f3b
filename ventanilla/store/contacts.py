"""Customers and the addresses they write from: one contact behind each address, however many messages arrive at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.later import later
from ventanilla.store.once import note, noted
from ventanilla.store.tables import addresses, contacts
from ventanilla.words import AddressKind

_FIND = (
    sa.select(contacts, addresses.c.value.label("address"), addresses.c.name.label("address_name"))
    .join(addresses, addresses.c.contact_id == contacts.c.id)
    .where(addresses.c.kind == sa.bindparam("kind"), addresses.c.value == sa.bindparam("value"))
)
_FIND_AND_LOCK = _FIND.with_for_update(of=addresses)
_ONE = addresses.alias("one")
_ALL_OF_THEIRS = (
    sa.select(addresses.c.contact_id, addresses.c.kind, addresses.c.value)
    .join(_ONE, _ONE.c.contact_id == addresses.c.contact_id)
    .where(sa.tuple_(_ONE.c.kind, _ONE.c.value).in_(sa.bindparam("keys", expanding=True)))
)
_KNOWN = sa.select(addresses.c.kind, addresses.c.value).where(
    addresses.c.value.in_(sa.bindparam("values", expanding=True))
)
_ADD_CONTACT = sa.insert(contacts).returning(
    contacts,
    sa.bindparam("address", type_=addresses.c.value.type).label("address"),
    sa.bindparam("address_name", type_=addresses.c.name.type).label("address_name"),
)
_ADD_ADDRESS = insert_ignoring(addresses, addresses.c.contact_id)
_NOTE_OWNER = (
    sa.update(contacts).where(contacts.c.id == sa.bindparam("contact")).values(last_owner=sa.bindparam("agent"))
)


def contact_at(connection: sa.Connection, party: Party) -> sa.Row[Any] | None:
    """The contact who has this address, if it is known. Takes no lock."""
    return connection.execute(_FIND, {"kind": party.kind, "value": party.address}).one_or_none()


def contact_for(connection: sa.Connection, party: Party, *, now: datetime, is_new: bool = False) -> sa.Row[Any]:
    """The contact who has this address, made if it is new; the address row stays locked until the transaction ends, so that
    messages of one sender are routed one after another. `is_new`: a moment ago nobody had it."""
    key = {"kind": party.kind, "value": party.address}
    row = None if is_new else connection.execute(_FIND_AND_LOCK, key).one_or_none()
    if row is None:
        row = _add(connection, party, now) or connection.execute(_FIND_AND_LOCK, key).one()
    elif party.name and not (row.name and row.address_name):
        _learn_name(connection, party, row)
    return row


def contacts_for(
    connection: sa.Connection, parties: Sequence[Party], *, now: datetime
) -> dict[tuple[AddressKind, str], sa.Row[Any]]:
    """The contact behind each of these addresses, made where it is new, by (kind, address).

    The addresses stay locked until the transaction ends. They are taken in the one order that everybody takes them in, and of
    a contact who has several the first is taken as well: what a customer writes on two channels is routed one after the other.
    """
    wanted = {(party.kind, party.address): party for party in parties}
    values = [address for _, address in wanted]
    known = (
        {(row.kind, row.value) for row in connection.execute(_KNOWN, {"values": values})} if len(values) > 1 else wanted
    )
    found = {}
    for kind, value in sorted({*wanted, *_anchors(connection, list(wanted))}, key=lambda key: (key[1], key[0])):
        if (kind, value) in wanted:
            is_new = (kind, value) not in known
            row = found[kind, value] = contact_for(connection, wanted[kind, value], now=now, is_new=is_new)
            note(connection, ("restriction", row.id), row)  # changed by nobody who does not hold the address
        else:
            connection.execute(_FIND_AND_LOCK, {"kind": kind, "value": value})
    return found


def add_address(connection: sa.Connection, contact_id: int, party: Party, *, now: datetime) -> tuple[int, bool]:
    """Make this an address of the contact, unless somebody has it already; return whose it is now, and whether it is new."""
    key = {"kind": party.kind, "value": party.address}
    values = {**key, "name": party.name, "contact_id": contact_id, "created_at": now}
    made = connection.execute(_ADD_ADDRESS[connection.dialect.name], values).scalar_one_or_none()
    return (contact_id, True) if made is not None else (int(connection.execute(_FIND, key).one().id), False)


def note_case(connection: sa.Connection, contact_id: int, case_id: int) -> None:
    """A case was opened for this customer: one who came in this transaction has had none."""
    before = noted(connection, ("cases of", contact_id))
    if before is not None:
        note(connection, ("cases of", contact_id), before | {case_id})


def has_no_case(connection: sa.Connection, contact_id: int, *, but: int | None = None) -> bool:
    """Whether it is certain without looking that this customer has no case but that one: they came in this transaction."""
    cases = noted(connection, ("cases of", contact_id))
    return cases is not None and cases <= {but}


def note_last_owner(connection: sa.Connection, contact_id: int, agent: str) -> None:
    """Remember who was last responsible for this customer."""
    later(connection, _NOTE_OWNER, [{"contact": contact_id, "agent": agent}])


def _learn_name(connection: sa.Connection, party: Party, row: sa.Row[Any]) -> None:
    """A name is learnt where there is none: the address's own, in case it ever stands alone, and the customer's."""
    this = (addresses.c.kind == party.kind) & (addresses.c.value == party.address)
    connection.execute(sa.update(addresses).where(this, addresses.c.name == "").values(name=party.name))
    connection.execute(
        sa.update(contacts).where(contacts.c.id == row.id, contacts.c.name == "").values(name=party.name)
    )


def _anchors(connection: sa.Connection, keys: Sequence[tuple[AddressKind, str]]) -> list[tuple[AddressKind, str]]:
    """The first address of each contact who has one of these. SQLite's transactions that write are one at a time anyway."""
    if connection.dialect.name == "sqlite" or not keys:
        return []
    first: dict[int, tuple[str, str]] = {}
    for row in connection.execute(_ALL_OF_THEIRS, {"keys": keys}):
        first[row.contact_id] = min(first.get(row.contact_id, (row.value, row.kind)), (row.value, row.kind))
    return [(AddressKind(kind), value) for value, kind in first.values()]


def _add(connection: sa.Connection, party: Party, now: datetime) -> sa.Row[Any] | None:
    """A new contact with this address, which is locked like every row that was just written; None where another worker made the
    address first: theirs stands."""
    known = {"address": party.address, "address_name": party.name}
    row = connection.execute(_ADD_CONTACT, {"name": party.name, "tags": [], "created_at": now, **known}).one()
    values = {"kind": party.kind, "value": party.address, "name": party.name, "contact_id": row.id, "created_at": now}
    if connection.execute(_ADD_ADDRESS[connection.dialect.name], values).scalar_one_or_none() is None:
        connection.execute(sa.delete(contacts).where(contacts.c.id == row.id))
        return None
    note(connection, ("cases of", row.id), frozenset())
    return row
