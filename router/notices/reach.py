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


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One entry of somebody's `notify` list: where it leads, or what is lacking and what would bring it. `refused` is whether
    that account takes nothing from us at present."""

    method: str
    target: Target | None = None
    lacking: str = ""
    cure: str = ""
    refused: bool = False


def targets_of(connection: sa.Connection, house: House, agent: str) -> tuple[Target, ...]:
    """The ways to reach somebody that can be used now, in the order of their `notify` list.

    Telegram counts once they have proven their account; while that account refuses us, only if there is no other way.
    """
    there = [(way.target, way.refused) for way in ways_of(connection, house, agent) if way.target is not None]
    welcome = tuple(target for target, refused in there if not refused)
    return welcome or tuple(target for target, _ in there)


def ways_of(connection: sa.Connection, house: House, agent: str) -> list[Way]:
    """Every entry of somebody's `notify` list, in its order; none for whom the file does not know."""
    settings = house.config.agents.get(agent)
    if settings is None:
        return []
    found: list[Way] = []
    for place, method in enumerate(settings.notify):
        if method == "email":
            found.append(_by_mail(house, agent, settings.email, place))
        elif method == "telegram":
            found.append(_by_telegram(connection, house, agent, place))
        else:
            found.append(Way(method=APPRISE, target=Target(via=APPRISE, recipient=f"{agent}#{place}", place=place)))
    return found


def _by_mail(house: House, agent: str, address: str | None, place: int) -> Way:
    via = mail_via(house)
    if address is None:
        return Way(method="email", lacking="no address", cure=f"set agents.{agent}.email")
    if via is None:
        return Way(
            method="email", lacking="nothing can send mail", cure="give a channel an smtp server, or staff.email"
        )
    return Way(method="email", target=Target(via=via, recipient=address, place=place))


def _by_telegram(connection: sa.Connection, house: House, agent: str, place: int) -> Way:
    if house.config.staff.telegram is None:
        return Way(method="telegram", lacking="the staff have no bot", cure="set staff.telegram")
    link = telegram_of(connection, agent)
    if link is None:
        return Way(method="telegram", lacking="not linked", cure=f"ventanilla invite {agent}")
    target = Target(via=STAFF_TELEGRAM, recipient=link.telegram, place=place)
    return Way(method="telegram", target=target, refused=link.telegram_refused_at is not None)


def mail_via(house: House) -> str | None:
    """The channel whose SMTP server carries notices, `staff` for a server of their own, None where nothing can send."""
    staff = house.config.staff.email
    if staff is not None and staff.smtp is not None:
        return STAFF_SMTP
    return house.config.staff_mailbox()
