"""Whether the customer of a case can be written to now, and by what: said before somebody writes, not after. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from config.twilio import TwilioSettings
from router.house import House, modes
from router.moves.refusals import Refused
from router.permission import customer_hindrance
from router.replies.by_phone import phone_reply
from router.replies.way import on_its_way
from router.whatsapp.window import WHATSAPP, window_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How an answer goes: `medium` is `email`, `sms`, `whatsapp` or `chat`. `hindrance` is why none can (English, of the house),
    `held` that it waits until the customer writes again, `open_until` when the window of WhatsApp shuts. `account` is ours."""

    medium: str
    recipient: str
    via: str
    account: str = ""
    hindrance: str = ""
    held: bool = False
    open_until: datetime | None = None

    @property
    def takes_copies(self) -> bool:
        return self.medium == "email"


def way_of(connection: sa.Connection, house: House, case: sa.Row[Any], *, now: datetime) -> Way:
    """The way of an answer that somebody would write at this moment."""
    try:
        placed = on_its_way(house, case)
    except Refused as refused:
        return Way(medium="chat", recipient=case.address, via="", hindrance=refused.values.get("reason", str(refused)))
    settings = house.config.channels.get(placed.channel)
    if isinstance(settings, TwilioSettings):
        return _by_phone(connection, house, placed, now)
    medium = "email" if isinstance(settings, EmailSettings) else "chat"
    why = _hindrance(connection, house, case.channel, placed.channel, case.address)
    return Way(medium=medium, recipient=case.address, via=placed.channel, account=placed.account, hindrance=why)


def _by_phone(connection: sa.Connection, house: House, case: Any, now: datetime) -> Way:
    medium = "whatsapp" if case.account.startswith(WHATSAPP) else "sms"
    try:
        composed = phone_reply(connection, house, case, agent=case.owner, text=".", now=now)
    except Refused as refused:
        reason = refused.values.get("reason", str(refused))
        return Way(medium=medium, recipient=case.address, via=case.channel, account=case.account, hindrance=reason)
    account, medium = composed.payload["account"], composed.payload["medium"]
    until = None
    if medium == "whatsapp":
        until = window_of(connection, account=account, address=composed.recipient).shuts_at
    return Way(
        medium=medium,
        recipient=composed.recipient,
        via=composed.via,
        account=account,
        hindrance=_hindrance(connection, house, case.channel, composed.via, composed.recipient),
        held=composed.hold is not None,
        open_until=until,
    )


def _hindrance(connection: sa.Connection, house: House, channel: str, via: str, recipient: str) -> str:
    if not recipient:
        return "there is no address"
    channels = tuple(dict.fromkeys((channel, via)))
    return customer_hindrance(connection, house, modes(connection), channels=channels, recipient=recipient) or ""
