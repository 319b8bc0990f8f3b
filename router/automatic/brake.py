"""The brake on automatic texts to customers: too many in a short time are held until a person has looked."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.texts import phrase
from ventanilla.store.events import Journal
from ventanilla.store.once import once
from ventanilla.store.outbox import automatic_since
from ventanilla.words import DeliveryState, EventKind

LIMIT, WITHIN = 50, timedelta(minutes=10)
HELD = "brake: too many automatic texts in a short time; a person decides"


def first_state(connection: sa.Connection, journal: Journal) -> tuple[DeliveryState, str | None]:
    """The state in which one more automatic text to a customer begins, and why."""
    if automatic_since(connection, journal.now - WITHIN) >= LIMIT:
        return DeliveryState.HELD, HELD
    return DeliveryState.PENDING, None


def tell_of_brake(connection: sa.Connection, house: House, journal: Journal) -> None:
    """Once per stretch of ten minutes: a person must look at it."""
    stretch = int(journal.now.timestamp() // WITHIN.total_seconds())
    once(connection, ("brake told", stretch), lambda: _tell_of_brake(connection, house, journal, stretch))


def _tell_of_brake(connection: sa.Connection, house: House, journal: Journal, stretch: int) -> None:
    language = house.config.service.language
    body = phrase(language, "brake", limit=str(LIMIT), minutes=str(int(WITHIN.total_seconds() // 60)))
    told = write_alert(
        connection,
        house,
        to=house.config.staff.digest_to or _first_of_duty_lists(house),
        occasion=f"brake:{stretch}",
        subject=phrase(language, "brake_subject"),
        body=body,
        now=journal.now,
    )
    if told:
        journal.add(EventKind.BRAKE, data={"limit": LIMIT})


def _first_of_duty_lists(house: House) -> tuple[str, ...]:
    return tuple(dict.fromkeys(team.duty[0] for team in house.config.teams.values() if team.duty))
