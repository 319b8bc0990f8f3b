"""A customer is one person whichever way they write, and a case is theirs: what would break that."""

from __future__ import annotations

import sqlalchemy as sa

from ventanilla.store.audits.counting import count, rows_with
from ventanilla.store.tables import addresses, contact_suggestions, contacts, conversations


def case_of_nobody(connection: sa.Connection) -> int:
    """Every case belongs to a customer who can be reached at some address. (One who was erased cannot.)"""
    theirs = addresses.c.contact_id == conversations.c.contact_id
    erased = (contacts.c.id == conversations.c.contact_id) & contacts.c.erased_at.is_not(None)
    return count(connection, conversations, ~rows_with(addresses, theirs), ~rows_with(contacts, erased))


def case_apart_from_its_address(connection: sa.Connection) -> int:
    """The address that a case came from belongs to the customer whose case it is."""
    theirs = addresses.c.contact_id == conversations.c.contact_id
    return count(
        connection,
        conversations,
        conversations.c.address != "",
        rows_with(addresses, theirs),
        ~rows_with(addresses, theirs, addresses.c.value == conversations.c.address),
    )


def suggestion_of_nobody(connection: sa.Connection) -> int:
    """Whoever may be the same person as somebody else has an address."""
    empty = ~rows_with(addresses, addresses.c.contact_id == contacts.c.id)
    pair = (contacts.c.id == contact_suggestions.c.contact_id) | (contacts.c.id == contact_suggestions.c.other_id)
    open_ones = contact_suggestions.c.settled_at.is_(None)
    return count(connection, contact_suggestions, open_ones, rows_with(contacts, pair, empty))
