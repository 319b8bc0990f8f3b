"""What a bot answers to whoever presses its start button: who we are, that a person will answer, and when we are here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.automatic.brake import first_state, tell_of_brake
from router.automatic.chat_words import greeting, opening_hours
from router.house import House
from router.incoming.screening import is_staff
from router.permission import customer_hindrance
from ventanilla.channel import Message
from ventanilla.store.contacts import contact_at
from ventanilla.store.events import Journal
from ventanilla.store.outbox import Letter, last_of_kind, put_letter
from ventanilla.words import DeliveryState, Mode, OutboxKind

ONCE_IN = timedelta(hours=1)


def greet(
    connection: sa.Connection,
    house: House,
    row: sa.Row[Any],
    message: Message,
    journal: Journal,
    *,
    in_force: Mapping[str, Mode],
) -> str:
    """Write the answer to a greeting, at most one an hour to an address; return what became of it, for the ledger."""
    withheld = _withheld(connection, house, row, message, journal, in_force)
    if withheld is not None:
        return f"not answered: {withheld}"
    hour = int(journal.now.timestamp() // ONCE_IN.total_seconds())
    state, reason = first_state(connection, journal)
    letter = Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"greeting:{row.channel}:{message.account}:{message.customer.address}:{hour}",
        via=row.channel,
        recipient=message.customer.address,
        payload={"text": _words(connection, house, row, message, journal), "account": message.account},
        state=state,
        reason=reason,
    )
    put_letter(connection, letter, now=journal.now)
    if state is DeliveryState.HELD:
        tell_of_brake(connection, house, journal)
        return "its answer is held by the brake"
    return "answered"


def _withheld(
    connection: sa.Connection,
    house: House,
    row: sa.Row[Any],
    message: Message,
    journal: Journal,
    in_force: Mapping[str, Mode],
) -> str | None:
    address = message.customer.address
    if not address:
        return "it names no sender"
    staff = is_staff(connection, house, message.author)
    channels = (row.channel,)
    hindered = customer_hindrance(connection, house, in_force, channels=channels, recipient=address, staff=staff)
    if hindered:
        return hindered
    restored_at = house.installation.restored_at
    if restored_at is not None and row.received_at <= restored_at:
        return "it came before the store was restored"
    if journal.now - row.received_at > house.config.channels[row.channel].acknowledge.max_age:
        return "it is older than acknowledge.max_age"
    last = last_of_kind(connection, OutboxKind.SERVICE, via=row.channel, recipient=address)
    if last is not None and last > journal.now - ONCE_IN:
        return "this address was greeted within the hour"
    return None


def _words(connection: sa.Connection, house: House, row: sa.Row[Any], message: Message, journal: Journal) -> str:
    known = contact_at(connection, message.customer)
    language = (known.language if known else None) or message.language or house.language_of(row.channel)
    promise = house.default_promise()
    calendar = house.calendar(promise.calendar) if promise and promise.calendar else None
    hours = opening_hours(calendar, language, today=house.today(journal.now)) if calendar else ""
    return greeting(language, house=house.config.service.name, hours=hours)
