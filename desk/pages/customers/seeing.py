"""Which customers somebody may see: everybody for whoever oversees; else those with a case that they may see."""

from __future__ import annotations

import sqlalchemy as sa

from desk.entry.seeing import visible_customers
from desk.pages.page import NotFound, Visit
from ventanilla.store.suggestions import open_suggestions
from ventanilla.store.tables import addresses, contacts


def require_customer(visit: Visit, connection: sa.Connection, contact_id: int) -> None:
    """Raises NotFound for one that there is not, or that this person may not see."""
    query = sa.select(contacts.c.id).where(contacts.c.id == contact_id, visible_customers(visit.person))
    if connection.execute(query).first() is None:
        raise NotFound


def is_suggested(connection: sa.Connection, contact_id: int, other: int) -> bool:
    """Whether somebody or something thinks that these two may be one, and nobody has decided."""
    pairs = open_suggestions(connection, contact_id=contact_id)
    return any(other in (row.contact_id, row.other_id) for row in pairs) and other != contact_id


def went_into(connection: sa.Connection, contact_id: int) -> int | None:
    """The customer that this one was linked into, of whom nothing is left here; None where something is."""
    own = sa.select(addresses.c.value).where(addresses.c.contact_id == contact_id).limit(1)
    if connection.execute(own).first() is not None:
        return None
    gone = sa.select(addresses.c.contact_id).where(addresses.c.linked_from == contact_id).limit(1)
    return connection.scalar(gone)
