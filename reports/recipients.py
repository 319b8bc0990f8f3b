"""Whom a report goes to and by what way: mail with its files, or the summary alone by Telegram. Sends nothing."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from config.people import AgentSettings
from config.reports import ReportSettings
from router.house import House
from router.notices.reach import mail_via, targets_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One of them. `to` is as the settings name them; `via` None: there is no way to reach them now."""

    to: str
    agent: str | None
    via: str | None
    address: str
    place: int
    by_mail: bool


def recipients(connection: sa.Connection, house: House, settings: ReportSettings) -> list[Recipient]:
    """Everybody the report is for, each once, in the order of the settings; whoever has left is passed over."""
    found: dict[str, Recipient] = {}
    for to in settings.to:
        name, agent = _person(house, to)
        if agent is None or name is None or agent.left is None:
            one = _recipient(connection, house, to, name, agent)
            found.setdefault(one.address or to, one)
    return list(found.values())


def may_see_people(house: House, settings: ReportSettings) -> bool:
    """Whether everybody this report is for may see what each of our people does."""
    people = [_person(house, to)[1] for to in settings.to]
    return all(one is not None and one.role.sees_everybody for one in people)


def _person(house: House, to: str) -> tuple[str | None, AgentSettings | None]:
    if to in house.config.agents:
        return to, house.config.agents[to]
    found = ((name, one) for name, one in house.config.agents.items() if one.email == to.lower())
    return next(found, (None, None))


def _recipient(
    connection: sa.Connection, house: House, to: str, name: str | None, agent: AgentSettings | None
) -> Recipient:
    address = agent.email if agent is not None else to
    via = mail_via(house)
    if address and via:
        place = agent.notify.index("email") if agent is not None and "email" in agent.notify else 0
        return Recipient(to=to, agent=name, via=via, address=address, place=place, by_mail=True)
    for target in targets_of(connection, house, name) if name else ():
        return Recipient(to=to, agent=name, via=target.via, address=target.recipient, place=target.place, by_mail=False)
    return Recipient(to=to, agent=name, via=None, address="", place=0, by_mail=False)
