"""How people can be reached, and what a channel's mode forbids. Decides; sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import sqlalchemy as sa

from router.house import House, modes
from ventanilla.store.tables import conversations
from ventanilla.store.telegram_links import telegram_of
from ventanilla.words import STAFF_TELEGRAM, Mode

APPRISE = "apprise"
STAFF_SMTP = "staff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One way to reach a person: through a channel (or `staff`, `staff_telegram`, `apprise`), at an address. Apprise addresses
    hold secrets, so they are named by their place in the person's `notify` list and looked up when sending.

    `place` is where it stands in that list, whatever can be used of the rest: the way after this one has a higher place.
    """

    via: str
    recipient: str
    place: int

    @property
    def on_telegram(self) -> bool:
        return self.via == STAFF_TELEGRAM


def targets_of(connection: sa.Connection, house: House, agent: str) -> tuple[Target, ...]:
    """The ways to reach somebody that can be used now, in the order of their `notify` list.

    Telegram counts once they have proven their account; while that account refuses us, only if there is no other way.
    """
    settings = house.config.agents.get(agent)
    if settings is None:
        return ()
    found: list[Target] = []
    refusing: list[Target] = []
    for place, method in enumerate(settings.notify):
        if method == "email":
            via = mail_via(house)
            if settings.email and via:
                found.append(Target(via=via, recipient=settings.email, place=place))
        elif method == "telegram":
            link = telegram_of(connection, agent) if house.config.staff.telegram else None
            if link is not None:
                target = Target(via=STAFF_TELEGRAM, recipient=link.telegram, place=place)
                (refusing if link.telegram_refused_at else found).append(target)
        else:
            found.append(Target(via=APPRISE, recipient=f"{agent}#{place}", place=place))
    return tuple(found or refusing)


def mail_via(house: House) -> str | None:
    """The channel whose SMTP server carries notices, `staff` for a server of their own, None where nothing can send."""
    staff = house.config.staff.email
    if staff is not None and staff.smtp is not None:
        return STAFF_SMTP
    return house.config.staff_mailbox()


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


def _internal(house: House, channel: str, recipient: str, *, staff: bool) -> bool:
    patterns = _only_to(house, channel)
    if not patterns:
        return staff
    if "@" not in recipient:
        return staff
    return any(fnmatchcase(recipient.lower(), pattern.lower()) for pattern in patterns)


def _only_to(house: House, channel: str) -> tuple[str, ...]:
    settings = house.config.channels.get(channel)
    return settings.only_to if settings else ()


def still_allowed(connection: sa.Connection, house: House, row: sa.Row[Any]) -> str | None:
    """Why an outbox row may not go out after all: its channel's mode was changed since it was written. None when it may."""
    channels: tuple[str, ...] = (row.via,)
    if row.conversation_id is not None:
        query = sa.select(conversations.c.channel).where(conversations.c.id == row.conversation_id)
        channels = (connection.scalars(query).one(), row.via)
    staff = row.agent is not None
    return hindrance(house, modes(connection), channels=channels, recipient=row.recipient, staff=staff)
