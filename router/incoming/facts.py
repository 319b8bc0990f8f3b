"""What rules may look at, gathered from a message, its sender and the house's hours. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from router.assigning.rules import Facts
from router.house import House
from ventanilla.channel import Message


def facts_of(
    house: House, channel: str, message: Message, *, tags: Iterable[str], language: str, at: datetime
) -> Facts:
    """The facts of a message that came in at a moment; `tags` are its customer's."""
    promise = house.default_promise()
    calendar = house.calendar(promise.calendar if promise else None)
    return Facts(
        channel=channel,
        sender=message.customer.address,
        subject=message.subject,
        text=message.text,
        language=language,
        tags=frozenset(tags),
        is_open=calendar.is_open(at),
    )
