"""What stands around every page of somebody who works: whether they are on duty and how many cases wait on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from desk.entry.person import Right
from ventanilla.errors import Temporary
from ventanilla.store.views.lists import count_waiting
from ventanilla.store.views.people import presence_of

if TYPE_CHECKING:
    from desk.pages.page import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """`presence` as agents are listed (on_duty, off_duty, away), `until` when it changes by itself, `waiting` their open cases."""

    presence: str
    until: datetime | None
    waiting: int


def frame_of(visit: Visit) -> Frame | None:
    """The frame of this visitor; None for who only looks, for a stranger, and while the store does not answer."""
    person = visit.stranger
    if person is None or not person.has(Right.ACT):
        return None
    try:
        with visit.desk.store.read() as connection:
            presence, until = presence_of(connection, person.agent, now=visit.now)
            return Frame(presence=presence, until=until, waiting=count_waiting(connection, person.agent))
    except Temporary:
        return None
