"""What a house has promised for one case, under one version of its file. Pure: chosen elsewhere, applied here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from ventanilla.clocks.calendar import Calendar
from ventanilla.words import Kind, Metric, Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A committed level: `target` percent within `within` of business time."""

    within: timedelta
    target: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A day by which the law wants an answer. `name` says which (pack:kind); `due_on` its last day; `due_at` the instant that day
    ends in the calendar's zone."""

    name: str
    due_on: date
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds for one case: by metric what is committed, whose business time counts, when to warn (percent of the time)."""

    promise: str | None
    config_version: int
    calendar_name: str | None
    calendar: Calendar
    committed: dict[Metric, Committed]
    warn_at: int = 75
    deadlines: tuple[Deadline, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What terms are chosen by: where a case came in, whose it is, what it is about. `received_at` is its first message."""

    channel: str
    team: str
    kind: Kind
    priority: Priority
    tags: tuple[str, ...]
    received_at: datetime
    promise: str | None = None


class Policy(Protocol):
    """Chooses terms. Made from the house's file at one version; asks no store and no clock."""

    def terms(self, facts: CaseFacts) -> Terms:
        """What is promised for such a case. Without any promise: nothing committed, a calendar that is always open."""
