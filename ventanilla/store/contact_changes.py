"""Changes what is known of one customer beside their addresses: name, language, owner, tags. A person's word; it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.tables import contacts
from ventanilla.words import EventKind

CHANGEABLE = ("name", "language", "account_manager", "tags")


def change_contact(
    connection: sa.Connection, contact_id: int, values: Mapping[str, Any], journal: Journal
) -> list[str]:
    """Set some of CHANGEABLE; return the names of those that were otherwise before. The log has which, not what."""
    row = connection.execute(sa.select(contacts).where(contacts.c.id == contact_id).with_for_update()).one()
    changed = [name for name in CHANGEABLE if name in values and getattr(row, name) != values[name]]
    if changed:
        new = {name: values[name] for name in changed}
        connection.execute(sa.update(contacts).where(contacts.c.id == contact_id).values(new))
        journal.add(EventKind.CONTACT_CHANGED, data={"by": "hand", "contact": contact_id, "changed": changed})
    return changed
