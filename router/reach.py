"""How our people can be reached. Whether they may be is in permission.py; sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from router.house import House
from ventanilla.store.telegram_links import telegram_of
from ventanilla.words import STAFF_TELEGRAM

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
