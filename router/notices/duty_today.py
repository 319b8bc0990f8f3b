"""Whose day it is: when a person's day begins and ends, who is missing today with nobody in their place, who watches which team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from router.house import House
from ventanilla.clocks.calendar import Calendar
from ventanilla.clocks.zones import as_utc
from ventanilla.store.agents import cover_of, is_away
from ventanilla.store.tables import agents


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """A date where somebody works: `begins` and `ends` are its midnights, in UTC."""

    date: date
    zone: ZoneInfo
    calendar: Calendar
    begins: datetime
    ends: datetime


def day_of(house: House, agent: str, now: datetime) -> Day:
    """The date it is for them: by their calendar's zone, by the house's where they have no calendar."""
    settings = house.config.agents.get(agent)
    name = settings.calendar if settings else None
    calendar = house.calendar(name)
    zone = calendar.zone if name else house.zone()
    today = now.astimezone(zone).date()
    begins = as_utc(datetime.combine(today, time(), zone))
    ends = as_utc(datetime.combine(today + timedelta(days=1), time(), zone))
    return Day(date=today, zone=zone, calendar=calendar, begins=begins, ends=ends)


def works_on(house: House, agent: str, now: datetime) -> bool:
    """Whether their calendar opens at all on that date."""
    day = day_of(house, agent, now)
    return day.calendar.is_open(day.begins) or (day.calendar.next_opening(day.begins) or day.ends) < day.ends


def is_missing(connection: sa.Connection, house: House, agent: str, *, now: datetime) -> bool:
    """Whether nobody is there for their cases today: they are away without anybody on duty in their place, or have the day off."""
    if is_away(connection, agent, now=now):
        return cover_of(connection, agent, now=now) is None
    return not works_on(house, agent, now)


def teams_watched(connection: sa.Connection, house: House, agent: str, *, now: datetime) -> list[str]:
    """The teams whose loose ends somebody is told of: all for whoever reads the house's digests, else those whose duty person they
    are today, the first of the list who is there."""
    if agent in house.config.staff.digest_to:
        return list(house.config.teams)
    return [
        name for name, team in house.config.teams.items() if _first_there(connection, house, team.duty, now) == agent
    ]


def _first_there(connection: sa.Connection, house: House, duty: tuple[str, ...], now: datetime) -> str | None:
    there = (name for name in duty if works_on(house, name, now) and not is_away(connection, name, now=now))
    return next(there, duty[0] if duty else None)


def on_duty(connection: sa.Connection) -> list[str]:
    """Everybody who is on duty now."""
    return list(
        connection.scalars(sa.select(agents.c.name).where(agents.c.on_duty, agents.c.enabled).order_by(agents.c.name))
    )
