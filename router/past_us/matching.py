"""Which case something belongs to that one of us sent past this service: by the ids it names, else by whom it went to.

An id leads to a case whoever it went to; it is an answer only where it went to somebody who takes part in that case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import candidates, survivor
from ventanilla.channel import Message, Party
from ventanilla.store.contacts import contact_at
from ventanilla.store.conversations import lock_case, takes_part
from ventanilla.store.messages import cases_with_refs
from ventanilla.store.tables import conversations

CALL = "call"
_PREFIX = re.compile(r"^\s*(?:(?:re|rv|fwd?|fw|r|resp|aw|sv|tr|wg)\s*(?:\[\d+\])?:\s*)+", re.IGNORECASE)
_OPEN_WITH = (
    sa.select(conversations)
    .where(conversations.c.owned == 1)
    .where(
        sa.or_(
            conversations.c.contact_id == sa.bindparam("contact"),
            conversations.c.address == sa.bindparam("address"),
        )
    )
    .order_by(conversations.c.id)
    .limit(50)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The case (locked), by what it was found, and whether its customer got it: a forward to a supplier is no answer."""

    case: sa.Row[Any]
    how: str
    to_customer: bool


def find_answered(
    connection: sa.Connection, house: House, channel: str, message: Message, *, at: datetime
) -> Found | None:
    """The case that this belongs to, or None. By address alone only where it can be but one: the only open case of whom it went to
    that waited at `at`, or the one of them whose subject it has, or else their only open case."""
    elsewhere: Found | None = None
    for case_id, how in candidates(connection, house, message) if message.medium != CALL else ():
        case = survivor(connection, lock_case(connection, case_id))
        if any(_takes_part(connection, case.id, party) for party in outside(house, message)):
            return Found(case=case, how=how, to_customer=True)
        elsewhere = elsewhere or Found(case=case, how=how, to_customer=False)
    if elsewhere is not None:
        return elsewhere
    chosen = _by_address(connection, channel, message, at=at)
    if chosen is None:
        return None
    return Found(case=lock_case(connection, chosen), how="went to the customer's address", to_customer=True)


def names_unknown(connection: sa.Connection, message: Message) -> bool:
    """Whether it answers a message that no case knows (yet)."""
    return bool(message.in_reply_to) and not cases_with_refs(connection, message.in_reply_to)


def outside(house: House, message: Message) -> Iterator[Party]:
    """Whom it went to besides the house."""
    ours = house.own_addresses | house.staff_addresses
    for party in dict.fromkeys((message.customer, *message.to, *message.cc)):
        if party.address and party.address not in ours:
            yield party


def _takes_part(connection: sa.Connection, case_id: int, party: Party) -> bool:
    contact = contact_at(connection, party)
    return takes_part(connection, case_id, party, None if contact is None else contact.id)


def _by_address(connection: sa.Connection, channel: str, message: Message, *, at: datetime) -> int | None:
    contact = contact_at(connection, message.customer)
    facts = {"contact": -1 if contact is None else contact.id, "address": message.customer.address}
    cases: Sequence[Any] = connection.execute(_OPEN_WITH, facts).all()
    here = [case for case in cases if case.channel == channel]
    if message.medium == CALL:  # a call answers whatever channel the customer came by, the one called from first
        here = here or list(cases)
    waiting = [case for case in here if case.waiting_since is not None and case.waiting_since <= at]
    for choice in (waiting, [case for case in waiting if _same_subject(case.subject, message.subject)]):
        if len(choice) == 1:
            return int(choice[0].id)
    return int(here[0].id) if len(here) == 1 and not waiting else None


def _same_subject(one: str, other: str) -> bool:
    bare = _bare(one)
    return bool(bare) and bare == _bare(other)


def _bare(subject: str) -> str:
    return " ".join(_PREFIX.sub("", subject).casefold().split())
