"""Machines that write to each other: a person is told once a day, and nothing is fed. Screening and limits stop them."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from router.house import House
from router.mail_answers.words import said
from router.notices.writing import write_alert
from ventanilla.channel import Message, Screening
from ventanilla.store.events import Journal
from ventanilla.store.outbox import automatic_since
from ventanilla.words import Verdict

MOST, WITHIN = 5, timedelta(hours=1)
"""So many automatic texts to one address within the hour may be a conversation between machines: there is no sixth."""
AT_ONCE = timedelta(minutes=2)


def note_loop(
    connection: sa.Connection, house: House, channel: str, message: Message, screening: Screening, journal: Journal
) -> None:
    """A machine's mail was set aside: if it is our own that came back, or one more in an exchange with another machine, a person
    is told, once a day for each channel and address."""
    address = message.author.address
    if screening.verdict is Verdict.LOOP:
        _tell(connection, house, channel, journal, occasion="own", code="loop_own", address=address or "?")
    elif screening.verdict is Verdict.AUTO_REPLY and address:
        note_too_many(connection, house, channel, address, journal)


def note_too_many(connection: sa.Connection, house: House, channel: str, address: str, journal: Journal) -> None:
    """Tell a person if as many automatic texts as there may be have gone to this address within the hour, and it wrote again right
    after the last: few people do, every machine does."""
    count = automatic_since(connection, journal.now - WITHIN, recipient=address)
    if count < MOST or not automatic_since(connection, journal.now - AT_ONCE, recipient=address):
        return
    hours = str(int(WITHIN.total_seconds() // 3600))
    more = {"count": str(count), "hours": hours}
    _tell(connection, house, channel, journal, occasion=address, code="loop_other", address=address, **more)


def _tell(
    connection: sa.Connection,
    house: House,
    channel: str,
    journal: Journal,
    *,
    occasion: str,
    code: str,
    address: str,
    **values: str,
) -> None:
    settings = house.config.channels.get(channel)
    duty = house.config.teams[settings.team].duty[:1] if settings else ()
    language = house.config.service.language
    write_alert(
        connection,
        house,
        to=house.config.staff.digest_to or duty,
        occasion=f"loop:{channel}:{occasion}:{house.today(journal.now)}",
        subject=said(language, "loop_subject", channel=channel),
        body=said(language, code, channel=channel, address=address, **values),
        now=journal.now,
        channel=channel,
    )
