"""What customers wish about being written to, written down when they say it; permission.py heeds it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Screening
from ventanilla.store.consent import opt_in, opt_out, said_otherwise_since
from ventanilla.store.events import Journal
from ventanilla.store.messages import Received
from ventanilla.words import EventKind, Verdict


def note_wish(
    connection: sa.Connection, received: Received, contact: sa.Row[Any], screening: Screening, journal: Journal
) -> None:
    """A message may say that nothing more is wanted at its sender's address, or that it is again. Most say neither.

    Each saying is an event. One that comes late, after what was said since, changes nothing.
    """
    wants = _wish(received, screening)
    if wants is None:
        return
    row, customer = received.row, received.message.customer
    at = row.received_at
    data = {"contact": contact.id, "kind": customer.kind, "wants": wants}
    journal.add(EventKind.CONSENT, at=at, channel=row.channel, inbox_id=row.id, data=data)
    journal.flush(connection)  # what was said in the same batch must be seen by the next question
    if said_otherwise_since(connection, contact.id, customer.kind, since=at):
        return
    if wants:
        opt_in(connection, customer)
    else:
        opt_out(connection, customer, at=at)


def _wish(received: Received, screening: Screening) -> bool | None:
    if received.message.consent is not None:
        return received.message.consent
    if screening.verdict in (Verdict.OPTED_OUT, Verdict.OPTED_IN):
        return screening.verdict is Verdict.OPTED_IN
    return None
