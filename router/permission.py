"""Whether something may go out to somebody: by the channels' modes and, of customers, by their own wish. Sends nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

import sqlalchemy as sa
from babel.dates import format_date

from router.house import House, modes
from router.promises.moot import is_warning_moot
from router.replies.tokens import token_in
from router.whatsapp.rows import is_knock_moot
from ventanilla.store.consent import opted_out_at
from ventanilla.store.tables import conversations
from ventanilla.store.webhook_events import name_of
from ventanilla.words import Mode, OutboxKind

_CHANNEL = sa.select(conversations.c.channel).where(conversations.c.id == sa.bindparam("case"))
_TO_STAFF = (OutboxKind.NOTICE, OutboxKind.ALERT, OutboxKind.DIGEST)


def hindrance(
    house: House, in_force: Mapping[str, Mode], *, channels: tuple[str, ...], recipient: str, staff: bool
) -> str | None:
    """Why nothing may be sent to this recipient on behalf of these channels; None when it may."""
    for name in channels:
        mode = in_force.get(name)
        if mode is None:
            continue
        if mode is Mode.OBSERVE:
            return f"channel {name} only observes"
        if mode is Mode.INTERNAL and not _internal(house, name, recipient, staff=staff):
            missing = "only_to does not name this address" if _only_to(house, name) else "this is not one of our people"
            return f"channel {name} is internal and {missing}"
    return None


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


def opted_out(connection: sa.Connection, house: House, address: str) -> str | None:
    """Why nothing may be sent to this address: whoever has it wants nothing. None when they said no such thing."""
    since = opted_out_at(connection, address)
    if since is None:
        return None
    day = format_date(since.astimezone(house.zone()), "d MMM y", locale="en")
    return f"opted out on {day}: whoever has this address wants no more messages from us"


def still_allowed(connection: sa.Connection, house: House, row: sa.Row[Any]) -> str | None:
    """Why an outbox row may not go out after all: since it was written its channel's mode was changed, or its recipient asked
    for no more; or a token of ours is in what a customer would get. None when it may."""
    if row.kind == OutboxKind.WEBHOOK:  # it goes to a program of the house's own, whatever a channel's mode is
        return webhook_hindrance(house, row)
    channels: tuple[str, ...] = (row.via,)
    if row.conversation_id is not None:
        channels = (connection.execute(_CHANNEL, {"case": row.conversation_id}).one().channel, row.via)
    if moot := is_knock_moot(connection, row) or is_warning_moot(connection, row):
        return moot
    in_force = modes(connection)
    if goes_to_staff(row):
        return hindrance(house, in_force, channels=channels, recipient=row.recipient, staff=True)
    if found := token_in(*_texts(row.payload)):
        return f"it holds an address or number that only our own people may see ({found})"
    for recipient in (row.recipient, *row.payload.get("cc", ())):
        hindered = customer_hindrance(connection, house, in_force, channels=channels, recipient=recipient)
        if hindered is not None:
            return hindered if recipient == row.recipient else f"copy to {recipient}: {hindered}"
    return None


def webhook_hindrance(house: House, row: sa.Row[Any]) -> str | None:
    """Why an endpoint is not to be called: the file has it no more. None when it is."""
    name = name_of(row.via)
    return None if name in house.config.webhooks else f"the file has no webhooks.{name} any more"


def _texts(value: Any) -> Iterator[str]:
    """Every text in a payload, in whatever lists and tables it stands; names of headers too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _texts(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def goes_to_staff(row: Any) -> bool:
    """Whether an outbox row is for one of our people. A reply names the agent who wrote it and goes to a customer."""
    return row.kind in _TO_STAFF or (row.kind == OutboxKind.SERVICE and row.agent is not None)


def _internal(house: House, channel: str, recipient: str, *, staff: bool) -> bool:
    """Patterns speak of addresses of their own sort; where none does, our people may be written to and nobody else."""
    sort = _sort(recipient)
    patterns = [pattern for pattern in _only_to(house, channel) if _sort(pattern) == sort]
    if not patterns or sort == "other":
        return staff
    return any(fnmatchcase(recipient.lower(), pattern.lower()) for pattern in patterns)


def _sort(address: str) -> str:
    """What an address or a pattern is about: mail, phone numbers, Telegram ids, or something of a notice's own."""
    if "@" in address:
        return "mail"
    if address.startswith("+"):
        return "phone"
    return "telegram" if address and not address.strip("0123456789*?") else "other"


def _only_to(house: House, channel: str) -> tuple[str, ...]:
    settings = house.config.channels.get(channel)
    return settings.only_to if settings else ()
