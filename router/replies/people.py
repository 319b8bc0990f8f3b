"""Who gets an answer by mail: whoever wrote last, where they want it, and whom they visibly wrote to besides. Writes nothing.

Of ourselves only people of the case are written to: who has written in it, and a few of the sender's own domain. A header names
nobody else into it, or whoever writes to us could have us write to anybody. Our own addresses,
our people's and our web forms' are nobody's copy.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from config.email import EmailSettings
from router.house import House, modes
from router.permission import customer_hindrance
from ventanilla.errors import BadInput
from ventanilla.store.tables import messages, participants
from ventanilla.words import Direction

MOST_COPIES = 25
MOST_COLLEAGUES = 3
"""Of the sender's own domain, who have not written themselves."""
_ADDRESS = re.compile(r"^[^\s@<>(),;:\"\[\]\\]+@[^\s@<>(),;:\"\[\]\\.]+(\.[^\s@<>(),;:\"\[\]\\.]+)*$")
_PARTICIPANTS = sa.select(participants.c.value).where(
    participants.c.conversation_id.in_(sa.bindparam("cases", expanding=True))
)
_WRITERS = (
    sa.select(messages.c.from_address)
    .where(messages.c.conversation_id.in_(sa.bindparam("cases", expanding=True)), messages.c.direction == Direction.IN)
    .distinct()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The one who is answered, and who sees a copy."""

    recipient: str
    name: str = ""
    cc: tuple[str, ...] = ()


def people_of(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    newest: sa.Row[Any] | None,
    *,
    cases: Sequence[int],
    to: str | None,
    cc: Sequence[str],
) -> People:
    """Whom the answer to `newest` goes to. With `to` its author has chosen: nobody is added but their own `cc`.

    Copies that the customer asked for are left out where nothing may be sent to them (mode, opted out); the author's own
    stay, to be refused aloud. Raises BadInput for an address that is none.
    """
    chosen = [_checked(address) for address in cc]
    if to is not None or newest is None:
        recipient = _checked(to) if to is not None else case.address
        return People(recipient=recipient, cc=_copies(house, chosen, recipient))
    wanted = [address for address in newest.reply_to if not is_ours(house, address)] or [newest.from_address]
    recipient = wanted[0]
    taking_part = set(connection.scalars(_PARTICIPANTS, {"cases": list(cases)}))
    named = [one for one in (*wanted[1:], *newest.recipients, *newest.cc) if one in taking_part and _is_address(one)]
    writers = {address.lower() for address in connection.scalars(_WRITERS, {"cases": list(cases)})}
    asked_for = _known(house, named, writers, sender=newest.from_address, recipient=recipient)
    allowed = _allowed(connection, house, case, _copies(house, asked_for, recipient))
    name = newest.from_name if recipient == newest.from_address else ""
    return People(recipient=recipient, name=name, cc=_copies(house, [*allowed[:MOST_COPIES], *chosen], recipient))


def _known(house: House, named: Sequence[str], writers: set[str], *, sender: str, recipient: str) -> list[str]:
    """Of those that a header names: who has written in the case, and the first few others of the sender's own domain."""
    domain = sender.lower().rpartition("@")[2]
    others = [one for one in _copies(house, named, recipient) if one.lower() not in writers]
    colleagues = [one for one in others if one.lower().rpartition("@")[2] == domain][:MOST_COLLEAGUES]
    return [one for one in named if one.lower() in writers or one in colleagues]


def is_ours(house: House, address: str) -> bool:
    """Whether an address is the house's (a plus-address of it included), one of our people's, or a web form's of ours."""
    local, _, domain = address.lower().rpartition("@")
    bare = f"{local.partition('+')[0]}@{domain}"
    return bool({address.lower(), bare} & _ours(house))


def _ours(house: House) -> frozenset[str]:
    mail = [settings for settings in house.config.channels.values() if isinstance(settings, EmailSettings)]
    forms = {form.from_ for settings in mail for form in settings.forms}
    return house.own_addresses | house.staff_addresses | forms


def _copies(house: House, addresses: Sequence[str], recipient: str) -> tuple[str, ...]:
    """Each once, without the recipient and without ourselves."""
    others = (one for one in dict.fromkeys(addresses) if one != recipient.lower())
    return tuple(one for one in others if not is_ours(house, one))


def _allowed(connection: sa.Connection, house: House, case: sa.Row[Any], addresses: Sequence[str]) -> list[str]:
    in_force = modes(connection)
    return [
        one
        for one in addresses
        if customer_hindrance(connection, house, in_force, channels=(case.channel,), recipient=one) is None
    ]


def _is_address(address: str) -> bool:
    return _ADDRESS.match(address) is not None and address.isprintable()


def _checked(address: str) -> str:
    """As it is kept: trimmed, in lower case."""
    trimmed = address.strip().lower()
    if not _is_address(trimmed):
        raise BadInput(f'{address!r} is not a mail address; one looks like "eva@example.org"')
    return trimmed
