"""What the router knows of the house at one config version: settings, calendars, who we are. Read-only; built once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from config.people import AgentSettings
from config.promises import PromiseSettings, Target
from config.schema import Config
from router.incoming.languages import primary
from router.promises.choosing import Chosen, choose_promise, the_default
from ventanilla.clocks.calendar import ALWAYS, Calendar
from ventanilla.clocks.due import due_at
from ventanilla.store.installation import Installation, active_config, ensure_installation
from ventanilla.store.once import once
from ventanilla.store.tables import channels
from ventanilla.words import Mode

_MOST_ALIKE = 1000
_MODES = sa.select(channels.c.name, channels.c.mode, channels.c.forced_observe)


class Abilities(NamedTuple):
    """The languages somebody speaks, without their countries, and what they know about."""

    languages: frozenset[str]
    skills: frozenset[str]


def _abilities_of(settings: AgentSettings | None) -> Abilities:
    if settings is None:
        return Abilities(frozenset(), frozenset())
    return Abilities(frozenset(map(primary, settings.languages)), frozenset(settings.skills))


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The settings in force. `version` is the config version that decisions made with it are recorded under."""

    config: Config
    version: int
    installation: Installation
    _calendars: dict[str, Calendar] = field(default_factory=dict)
    _abilities: dict[str, Abilities] = field(default_factory=dict)
    _capacities: dict[str, frozenset[int]] = field(default_factory=dict)
    _uniform: dict[str, bool] = field(default_factory=dict)
    _alike: dict[tuple[str, Abilities, Abilities], bool] = field(default_factory=dict)

    def calendar(self, name: str | None) -> Calendar:
        """The calendar of that name; None is open always."""
        if name is None:
            return ALWAYS
        if name not in self._calendars:
            self._calendars[name] = self.config.calendars[name].calendar()
        return self._calendars[name]

    def abilities(self, agent: str) -> Abilities:
        """What somebody can; nothing where the file does not know them."""
        known = self._abilities.get(agent)
        if known is None:
            known = self._abilities[agent] = _abilities_of(self.config.agents.get(agent))
        return known

    def capacities(self, team: str) -> frozenset[int]:
        """The different capacities of a team's members."""
        if team not in self._capacities:
            people = (self.config.agents.get(name) for name in self.config.teams[team].members)
            self._capacities[team] = frozenset(one.capacity for one in people if one is not None)
        return self._capacities[team]

    def is_uniform(self, team: str) -> bool:
        """Whether all members of a team have the same languages and skills."""
        if team not in self._uniform:
            self._uniform[team] = len({self.abilities(agent) for agent in self.config.teams[team].members}) <= 1
        return self._uniform[team]

    def are_alike(self, team: str, *, required: Abilities, preferred: Abilities) -> bool:
        """Whether all members of a team have all that is required, and all the same of what is preferred."""
        key = (team, required, preferred)
        known = self._alike.get(key)
        if known is None:
            every = {self.abilities(agent) for agent in self.config.teams[team].members}
            able = all(required.languages <= one.languages and required.skills <= one.skills for one in every)
            matched = {(one.languages & preferred.languages, one.skills & preferred.skills) for one in every}
            if len(self._alike) >= _MOST_ALIKE:
                self._alike.clear()
            known = self._alike[key] = able and len(matched) <= 1
        return known

    def zone(self) -> ZoneInfo:
        """The house's own time zone: for dates in texts."""
        return ZoneInfo(self.config.service.timezone)

    def today(self, now: datetime) -> date:
        """The date it is in the house's time zone."""
        return now.astimezone(self.zone()).date()

    def default_promise(self) -> PromiseSettings | None:
        """The promise of what no other is meant for; None without one."""
        return the_default(self.config.promises).settings

    def promise_of(self, case: Any) -> Chosen:
        """The promise of a case (its row, or what it begins with), and why that one."""
        return choose_promise(self.config.promises, case, tags=case.tags)

    def due(self, case: Any, start: datetime, *, first: bool) -> datetime | None:
        """When a turn of this case that began at `start` is due; None where nothing is promised."""
        settings = self.promise_of(case).settings
        if settings is None:
            return None
        target: Target | None = settings.first_response if first else settings.next_response or settings.first_response
        return None if target is None else due_at(start, target.within, self.calendar(settings.calendar))

    def language_of(self, channel: str) -> str:
        """The language a channel speaks unless the customer is known to speak another."""
        settings = self.config.channels.get(channel)  # a case outlives its channel's place in the file
        return (settings.language if settings else None) or self.config.service.language

    @property
    def own_addresses(self) -> frozenset[str]:
        """Mail addresses of the house itself, of all channels."""
        channels = self.config.channels.values()
        own = {getattr(settings, "address", "") for settings in channels}
        return frozenset(own.union(*(getattr(settings, "aliases", ()) for settings in channels)))

    @property
    def staff_addresses(self) -> frozenset[str]:
        """Mail addresses of our own people."""
        return frozenset(settings.email for settings in self.config.agents.values() if settings.email)

    def reopen_within(self, team: str) -> timedelta:
        """How long after resolving a case a new message reopens it; not at all where its team is gone."""
        settings = self.config.teams.get(team)
        return settings.reopen_within if settings else timedelta(0)

    def mail_domain(self, channel: str) -> str:
        """The domain that our Message-IDs carry on this channel."""
        address = getattr(self.config.channels.get(channel), "address", "")
        return address.rpartition("@")[2] or "ventanilla.invalid"


def is_first_turn(case: Any) -> bool:
    """Whether a turn that begins or goes on now is the case's first: nobody has answered it, and nobody ended it without an answer.
    Where that cannot be told from the row alone the bookkeeper sets the due time right a moment later."""
    return case.first_response_at is None and case.resolved_at is None


def open_house(connection: sa.Connection, config: Config, *, now: datetime) -> House:
    """The house as the store knows it now: the version in force and this installation's identity."""
    active = active_config(connection)
    installation = ensure_installation(connection, now=now)
    return House(config=config, version=active.id if active else 0, installation=installation)


def modes(connection: sa.Connection) -> dict[str, Mode]:
    """How far each channel may go right now; a restored store observes until somebody says otherwise."""
    return once(connection, "modes", lambda: _modes(connection))


def _modes(connection: sa.Connection) -> dict[str, Mode]:
    rows: Any = connection.execute(_MODES)
    return {row.name: Mode.OBSERVE if row.forced_observe else Mode(row.mode) for row in rows}
