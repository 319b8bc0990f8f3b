"""What customers wish about being written to: written down when they say it, and a reason why nothing goes out to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date

from router.house import House
from router.reach import hindrance
from ventanilla.channel import Screening
from ventanilla.store.consent import opt_in, opt_out, opted_out_at
from ventanilla.store.events import Journal
from ventanilla.store.messages import Received
from ventanilla.words import EventKind, Mode, Verdict


def note_wish(
    connection: sa.Connection, received: Received, contact: sa.Row[Any], screening: Screening, journal: Journal
) -> None:
    """A message may say that nothing more is wanted at its sender's address, or that it is again. Most say neither."""
    wants = _wish(received, screening)
    if wants is None:
        return
    row, customer = received.row, received.message.customer
    news = opt_in(connection, customer) if wants else opt_out(connection, customer, at=row.received_at)
    if news:
        data = {"contact": contact.id, "kind": customer.kind, "wants": wants}
        journal.add(EventKind.CONSENT, at=row.received_at, channel=row.channel, inbox_id=row.id, data=data)


def opted_out(connection: sa.Connection, house: House, address: str) -> str | None:
    """Why nothing may be sent to this address: its owner wants nothing. None when they said no such thing."""
    since = opted_out_at(connection, address)
    if since is None:
        return None
    day = format_date(since.astimezone(house.zone()), "d MMM y", locale="en")
    return f"opted out on {day}: whoever has this address wants no more messages from us"


def customer_hindrance(
    connection: sa.Connection,
    house: House,
    in_force: Mapping[str, Mode],
    *,
    channels: tuple[str, ...],
    recipient: str,
    staff: bool = False,
) -> str | None:
    """Why nothing may be sent to a customer: a channel's mode, or their own wish. None when it may. `staff`: it is one of us who
    tries what customers get."""
    hindered = hindrance(house, in_force, channels=channels, recipient=recipient, staff=staff)
    return hindered or opted_out(connection, house, recipient)


def _wish(received: Received, screening: Screening) -> bool | None:
    if received.message.consent is not None:
        return received.message.consent
    if screening.verdict in (Verdict.OPTED_OUT, Verdict.OPTED_IN):
        return screening.verdict is Verdict.OPTED_IN
    return None
