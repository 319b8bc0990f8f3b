"""A test notice by every way of reaching somebody, whatever their mode of the day; says of each why it cannot go, if so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from router.house import House, modes
from router.notices.on_phone import language_for
from router.notices.reach import Target, Way, ways_of
from router.notices.writing import machine_headers
from router.permission import hindrance
from router.staff_bot.words import say
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.words import OutboxKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One way: the row of the outbox that tries it, or why there is none."""

    way: Way
    row_id: int | None = None
    lacking: str = ""


def write_tests(connection: sa.Connection, house: House, agent: str, *, now: datetime) -> list[Tried]:
    """Put a test notice into the outbox for each of somebody's ways that can be tried. A repeat makes further ones."""
    in_force = modes(connection)
    tried = []
    for way in ways_of(connection, house, agent):
        if way.target is None:
            tried.append(Tried(way=way, lacking=way.lacking))
            continue
        concerned = (way.target.via,)
        hindered = hindrance(house, in_force, channels=concerned, recipient=way.target.recipient, staff=True)
        row_id = None if hindered else put_letter(connection, _letter(house, agent, way.target, now), now=now)
        tried.append(Tried(way=way, row_id=row_id, lacking=hindered or ""))
    return tried


def _letter(house: House, agent: str, target: Target, now: datetime) -> Letter:
    language = language_for(house, agent)
    subject = say(language, "test_subject")
    text = say(language, "test", house=house.config.service.name)
    return Letter(
        kind=OutboxKind.SERVICE,
        dedupe_key=f"test:{agent}:{target.place}:{now.isoformat()}",
        via=target.via,
        recipient=target.recipient,
        payload={"subject": subject, "text": text, "headers": machine_headers(house)},
        agent=agent,
    )
