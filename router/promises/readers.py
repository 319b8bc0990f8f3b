"""Whom a promise's `escalate` names for one case at this moment, and when each may be disturbed. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from config.promises import DUTY, OWNER, SUPERVISORS
from router.assigning.lapses import supervisors
from router.assigning.restricted import is_restricted, next_digest
from router.house import House
from router.notices.reach import targets_of
from ventanilla.store.tables import agents
from ventanilla.words import Priority

STAND_IN, OTHER = "stand_in", "other"
_PRESENT = sa.select(agents.c.name).where(agents.c.on_duty, agents.c.enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who is told, as whom (`owner`, `stand_in` for an owner who is not there, `other`), and from when: None is at once."""

    agent: str
    role: str
    not_before: datetime | None = None


def readers_of(
    connection: sa.Connection, house: House, case: Any, escalate: Sequence[str], *, now: datetime
) -> list[Reader]:
    """The people behind these words of `escalate`, in their order, each once. Who is off duty is told as their shift begins, unless
    the case is urgent or the house tells everything at once; in the place of an owner who is off duty, or whom nothing reaches,
    the duty person is told, if one is there. Of a restricted customer's case its owner alone is told, with their next digest."""
    if is_restricted(connection, case.contact_id):
        return [Reader(agent=case.owner, role=OWNER, not_before=next_digest(house, case.owner, now=now))]
    seen = _Seen(
        house=house,
        case=case,
        now=now,
        present=frozenset(connection.scalars(_PRESENT)),
        reaches_owner=bool(targets_of(connection, house, case.owner)),
        at_once=house.config.staff.notify_when == "always" or case.priority == Priority.URGENT,
    )
    found: dict[str, Reader] = {}
    for word in escalate:
        for reader in seen.behind(word):
            found.setdefault(reader.agent, reader)
    return list(found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is known of the case and of who is there."""

    house: House
    case: Any
    now: datetime
    present: frozenset[str]
    reaches_owner: bool
    at_once: bool

    def behind(self, word: str) -> Iterator[Reader]:
        if word == OWNER:
            yield self._owner()
        elif word == DUTY:
            duty = self._duty()
            person = next((name for name in duty if name in self.present), duty[0] if duty else None)
            if person is not None:
                yield self._reader(person)
        elif word == SUPERVISORS:
            yield from (self._reader(name) for name in supervisors(self.house, now=self.now))
        elif self._is_here(word):
            yield self._reader(word)

    def _owner(self) -> Reader:
        owner = self.case.owner
        if self.reaches_owner and (self.at_once or owner in self.present):
            return Reader(agent=owner, role=OWNER)
        instead = next((name for name in self._duty() if name in self.present and name != owner), None)
        return self._reader(owner) if instead is None else Reader(agent=instead, role=STAND_IN)

    def _reader(self, agent: str) -> Reader:
        role = OWNER if agent == self.case.owner else OTHER
        if self.at_once or agent in self.present:
            return Reader(agent=agent, role=role)
        return Reader(agent=agent, role=role, not_before=next_digest(self.house, agent, now=self.now))

    def _duty(self) -> list[str]:
        team = self.house.config.teams.get(self.case.team)
        return [name for name in team.duty if self._is_here(name)] if team else []

    def _is_here(self, agent: str) -> bool:
        settings = self.house.config.agents.get(agent)
        return settings is not None and settings.is_here(self.house.today(self.now))
