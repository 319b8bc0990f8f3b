"""Difficult customers: who alone deals with one, when that person is told, and who is not let in at all until a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from ventanilla.channel import Message
from ventanilla.clocks.zones import as_utc
from ventanilla.store.agents import cover_of, is_away
from ventanilla.store.restrictions import restriction_of
from ventanilla.words import Kind, Restriction

COVER = "cover"
NAMED = "restricted"
NO_PINGS = "a restricted customer's: goes out in the next digest"
NO_RECEIPT = "the customer is restricted, and no law asks for a receipt"
NOTHING_TO_BLOCKED = "the customer is blocked"
_RECEIPT_BY_LAW = (Kind.COMPLAINT, Kind.CLAIM)
_OPENING_HOUR = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Who deals with a restricted customer now, and why: the named person, or who covers for them. None: the duty list."""

    agent: str | None
    reason: str


def named_for(connection: sa.Connection, contact: Any, *, passed_by: frozenset[str], now: datetime) -> Named | None:
    """The one person for a restricted customer; None for any other customer.

    A shift that is over changes nothing: it waits for them. Who is away has a cover, or the duty list stands in.
    """
    if contact.restriction != Restriction.RESTRICTED:
        return None
    agent = str(contact.restricted_to)
    if agent not in passed_by and not is_away(connection, agent, now=now):
        return Named(agent=agent, reason=NAMED)
    cover = cover_of(connection, agent, now=now)
    return Named(agent=cover if cover not in passed_by else None, reason=COVER)


def is_theirs_alone(connection: sa.Connection, contact: Any, agent: str, *, now: datetime) -> bool:
    """Whether a restricted customer's case stays with this person although their shift is over."""
    if contact.restriction != Restriction.RESTRICTED or contact.restricted_to != agent:
        return False
    return not is_away(connection, agent, now=now)


def is_restricted(connection: sa.Connection, contact_id: int) -> bool:
    """Whether nobody is to be disturbed by what this customer writes."""
    return bool(restriction_of(connection, contact_id).restriction == Restriction.RESTRICTED)


def withheld_automatic(connection: sa.Connection, house: House, case: Any, *, now: datetime) -> str | None:
    """Why the customer of a case gets no automatic text of ours; None where they do.

    A receipt that the law asks for (of a complaint or a claim, or under a promise that comes from a law) is sent to a restricted
    customer as to everybody.
    """
    found = restriction_of(connection, case.contact_id)
    if found.restriction == Restriction.BLOCKED and now < found.restricted_until:
        return NOTHING_TO_BLOCKED
    if found.restriction != Restriction.RESTRICTED or case.kind in _RECEIPT_BY_LAW:
        return None
    promise = house.promise_of(case).settings
    return None if promise is not None and promise.pack else NO_RECEIPT


def next_digest(house: House, agent: str, *, now: datetime) -> datetime:
    """When a person reads what must not disturb them: as their next shift begins, or at eight in the morning of the house."""
    settings = house.config.agents.get(agent)
    calendar = house.calendar(settings.calendar if settings else None)
    if not calendar.is_always_open:
        closes = calendar.next_change(now) if calendar.is_open(now) else now
        opens = calendar.next_opening(closes) if closes is not None else None
        if opens is not None:
            return opens
    local = now.astimezone(house.zone())
    at_eight = local.replace(hour=_OPENING_HOUR, minute=0, second=0, microsecond=0)
    return as_utc(at_eight if at_eight > local else at_eight + timedelta(days=1))


def blocked(house: House, contact: Any, message: Message, *, at: datetime) -> str | None:
    """Why this message is not let in; None where its customer is not blocked at that moment. What one of us forwards of a
    blocked customer's is meant to come in."""
    if contact.restriction != Restriction.BLOCKED or message.forwarded:
        return None
    if not contact.restricted_at <= at < contact.restricted_until:
        return None
    until = contact.restricted_until.astimezone(house.zone()).date().isoformat()
    return f"blocked: {contact.restricted_by} does not let this customer in before {until}"
