"""Other addresses that a provider vouches for as the sender's own: taken down, or a reason to think two contacts are one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.store.contacts import add_address
from ventanilla.store.events import Journal
from ventanilla.store.messages import Received
from ventanilla.store.suggestions import Reason, suggest
from ventanilla.words import EventKind


def note_shared(connection: sa.Connection, received: Received, contact: sa.Row[Any], journal: Journal) -> None:
    """An address that nobody has becomes one of this contact's; one of somebody else's suggests that the two are one person.

    Nothing is merged. A repeat changes nothing.
    """
    ids = {"channel": received.row.channel, "inbox_id": received.row.id}
    for party in sorted(received.message.shared, key=lambda party: party.address):
        if not party.address:
            continue
        whose, is_new = add_address(connection, contact.id, party, now=journal.now)
        if is_new:
            data = {"contact": contact.id, "address": "added", "kind": party.kind, "why": Reason.SHARED}
            journal.add(EventKind.CONTACT_CHANGED, data=data, **ids)
        elif whose != contact.id:
            suggest(connection, contact.id, whose, reason=Reason.SHARED, journal=journal, **ids)
