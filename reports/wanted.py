"""What somebody wants to know: the days, the groups, the part of the house; and who may ask that. Knows no store."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum

from router.house import House
from ventanilla.errors import BadInput, Conflict
from ventanilla.words import Kind, Metric


class By(StrEnum):
    """What figures may be grouped by."""

    CHANNEL = "channel"
    TEAM = "team"
    AGENT = "agent"
    KIND = "kind"
    DAY = "day"
    HOUR = "hour"
    PRIORITY = "priority"
    PROMISE = "promise"
    WEEKDAY = "weekday"


class Named(StrEnum):
    """Every metric of a report: the clocks, and what is counted otherwise."""

    INGEST_LAG = "ingest_lag"
    TIME_TO_ASSIGN = Metric.TIME_TO_ASSIGN
    TIME_TO_ACCEPT = Metric.TIME_TO_ACCEPT
    FIRST_RESPONSE = Metric.FIRST_RESPONSE
    NEXT_RESPONSE = Metric.NEXT_RESPONSE
    WAITING_NOW = "waiting_now"
    CUSTOMER_WAIT = Metric.CUSTOMER_WAIT
    FIRST_RESOLUTION = Metric.FIRST_RESOLUTION
    FULL_RESOLUTION = Metric.FULL_RESOLUTION
    REOPENED = Metric.REOPENED
    LEGAL = Metric.LEGAL
    BACKLOG = "backlog"


METRICS = tuple(Named)
"""In the order in which a report shows them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A report over the days [`start`, `end`] of the house, both included.

    `channel`, `team`, `agent`, `kind` narrow it. `metrics` are those to work out. `by_end` counts what ended in the period
    rather than what began in it. `pictures` adds what only plots need. `reopened_within` overrides what the teams say.
    """

    start: date
    end: date
    by: By | None = None
    channel: str | None = None
    team: str | None = None
    agent: str | None = None
    kind: Kind | None = None
    metrics: tuple[Named, ...] = METRICS
    by_end: bool = False
    before: bool = True
    worst: int = 10
    pictures: bool = False
    reopened_within: timedelta | None = None

    @property
    def only(self) -> tuple[tuple[str, str], ...]:
        """What it is narrowed to, by name."""
        narrowing = ("channel", "team", "agent", "kind")
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return tuple((name, str(values[name])) for name in narrowing if values[name] is not None)


def narrowed(wanted: Wanted, house: House, seen_by: str | None) -> Wanted:
    """What is wanted as this person may see it: figures of a person are for supervisors and for that person.

    None is whoever runs the machine. An agent who asks by person gets their own row. Raises Conflict for another's figures,
    BadInput for somebody who is not of this house.
    """
    if seen_by is None or sees_everybody(house, seen_by):
        return wanted
    if wanted.agent not in (None, seen_by):
        raise Conflict(
            f"{seen_by} may not see the figures of {wanted.agent}: figures of a person are for supervisors, admins, auditors "
            f"and that person; `--agent {seen_by}` shows their own"
        )
    if wanted.by is By.AGENT:
        return _replaced(wanted, agent=seen_by)
    return wanted


def sees_everybody(house: House, name: str) -> bool:
    """Whether somebody may see what each of their colleagues does."""
    settings = house.config.agents.get(name)
    if settings is None:
        raise BadInput(f'there is no agent "{name}" in this house')
    return settings.role.sees_everybody


def _replaced(wanted: Wanted, *, agent: str) -> Wanted:
    from dataclasses import replace

    return replace(wanted, agent=agent)
