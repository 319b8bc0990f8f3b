"""The end of a customer: their addresses go and the contact stays as a number, so that the next message from there begins anew.

That they wanted nothing more from us is still heeded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.consent import keep_wishes
from ventanilla.store.tables import addresses, contact_suggestions, contacts

_NOBODY: dict[str, Any] = {
    "name": "",
    "tags": [],
    **dict.fromkeys(
        ("language", "account_manager", "last_owner", "restriction", "restricted_to", "restriction_reason")
    ),
    **dict.fromkeys(("restricted_by", "restricted_at", "restricted_until")),
}


def close_contacts(connection: sa.Connection, ids: Sequence[int], *, now: datetime) -> None:
    """Nobody is behind these contacts any more. The caller holds the locks of their addresses."""
    one, other = contact_suggestions.c.contact_id, contact_suggestions.c.other_id
    connection.execute(sa.delete(contact_suggestions).where(sa.or_(one.in_(ids), other.in_(ids))))
    linked = sa.update(addresses).where(addresses.c.linked_from.in_(ids), addresses.c.contact_id.not_in(ids))
    connection.execute(linked.values(linked_from=None))
    keep_wishes(connection, ids)
    connection.execute(sa.delete(addresses).where(addresses.c.contact_id.in_(ids)))
    connection.execute(sa.update(contacts).where(contacts.c.id.in_(ids)).values(**_NOBODY, erased_at=now))
