"""Which rows of `clocks` a report is about and how they are grouped, as SQL for both engines. Asks nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from reports.period import Period
from reports.queries.local_time import bounds
from reports.wanted import By, Wanted
from router.house import House
from ventanilla.store.tables import clocks, conversations
from ventanilla.words import Ended

MET = (Ended.REPLIED, Ended.RESOLVED, Ended.ASSIGNED, Ended.ACCEPTED, Ended.REOPENED, Ended.RELEASED)
"""Endings that a clock was waiting for."""
GONE = (Ended.MERGED, Ended.SPLIT, Ended.SPAM)
"""Endings of what goes on elsewhere, or never was a customer's."""


def said_too_late() -> sa.ColumnElement[bool]:
    """That a message needed no answer was found after it was due."""
    return (clocks.c.ended == Ended.NO_REPLY_NEEDED) & (clocks.c.stopped_at > clocks.c.due_at)


def decided() -> sa.ColumnElement[bool]:
    """Of clocks that ended: those that were in time or were not. Whoever was never answered was not."""
    return clocks.c.ended.in_((*MET, Ended.UNANSWERED)) | said_too_late()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One period of a report. `as_of` is when the open ones are counted: now, or, counted by their end, the period's end."""

    wanted: Wanted
    house: House
    period: Period
    now: datetime
    as_of: datetime
    is_sqlite: bool

    @property
    def is_grouped(self) -> bool:
        return self.wanted.by is not None

    def began(self) -> sa.ColumnElement[bool]:
        """What began in the period."""
        return clocks.c.day.between(self.period.start.isoformat(), self.period.end.isoformat())

    def still(self) -> sa.ColumnElement[bool]:
        """What began in the period, of clocks that run: by the instant, as they are indexed."""
        start, end = bounds(self.period, self.house.zone())
        return (clocks.c.started_at >= start) & (clocks.c.started_at < end)

    def counted(self) -> sa.ColumnElement[bool]:
        """What is counted in the period: by its start or by its end, as is wanted."""
        if not self.wanted.by_end:
            return self.began()
        return clocks.c.end_day.between(self.period.start.isoformat(), self.period.end.isoformat())

    def narrowing(self, agent: sa.ColumnElement[Any] | None = None) -> list[sa.ColumnElement[bool]]:
        """The part of the house that is wanted. `agent`: what says whose a row is, where that is not its own column."""
        wanted = self.wanted
        pairs = (
            (clocks.c.channel, wanted.channel),
            (clocks.c.team, wanted.team),
            (agent if agent is not None else clocks.c.agent, wanted.agent),
            (clocks.c.kind, wanted.kind),
        )
        return [column == value for column, value in pairs if value is not None]

    def group(self, *, by_end: bool = False, agent: sa.ColumnElement[Any] | None = None) -> sa.ColumnElement[Any]:
        """The group a row of `clocks` is in, as text; "" where it has none, or where there is but one group."""
        by = self.wanted.by
        day, hour = (clocks.c.end_day, clocks.c.end_hour) if by_end else (clocks.c.day, clocks.c.hour)
        match by:
            case None:
                return sa.literal_column("''")
            case By.DAY:
                return day
            case By.HOUR:
                return sa.cast(hour, sa.Text)
            case By.WEEKDAY:
                return self.weekday(day)
            case By.AGENT:
                return sa.func.coalesce(agent if agent is not None else clocks.c.agent, "")
            case _:
                return sa.func.coalesce(clocks.c[by], "")

    def weekday(self, day: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
        """0 (Monday) to 6, as text, of a day written 2026-11-22."""
        if self.is_sqlite:
            sunday_first = sa.cast(sa.func.strftime("%w", day), sa.Integer)
            return sa.cast((sunday_first + 6) % 7, sa.Text)
        return sa.cast(sa.cast(sa.extract("isodow", sa.cast(day, sa.Date)), sa.Integer) - 1, sa.Text)


OWNER = sa.func.coalesce(clocks.c.agent, conversations.c.owner)
"""Whose a running clock is: who is credited once it ends is known only then."""
