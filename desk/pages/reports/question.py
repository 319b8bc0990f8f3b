"""What somebody asks of a report, read from an address, and no more than they may see. Asks no store for figures."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass, replace
from typing import Any, Literal

import sqlalchemy as sa

from desk.pages.page import Visit
from reports.period import Period, read_period
from reports.wanted import By, Wanted
from ventanilla.errors import BadInput
from ventanilla.store.tables import agents, channels, teams
from ventanilla.words import Kind

PRESETS = ("today", "yesterday", "this-week", "last-week", "last-30", "this-month", "last-month")
USUAL = "last-30"
LONGEST = 1100
"""Days that a report at the desk covers at most; `ventanilla report` knows no such border."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What can be chosen: names as they are or were, so that one can look back at what has gone."""

    channels: tuple[str, ...]
    teams: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    by: tuple[By, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A report that somebody asked for. `preset` is "" where they gave days of their own. `mine`: they see their own figures."""

    preset: str
    period: Period
    wanted: Wanted
    by: By | None
    mine: bool

    def query(self) -> dict[str, Any]:
        """The same as an address has it."""
        days: dict[str, Any] = {"period": self.preset}
        if not self.preset:
            days = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return days | self.narrowing() | {"by": str(self.by or "")}

    def narrowing(self) -> dict[str, Any]:
        """Of it what is not the period and not the grouping."""
        wanted = self.wanted
        return {
            "channel": wanted.channel or "",
            "team": wanted.team or "",
            "agent": "" if self.mine else wanted.agent or "",
            "kind": str(wanted.kind or ""),
            "ended": "1" if wanted.by_end else "",
        }

    def noted(self) -> dict[str, str]:
        """What the trail keeps of it."""
        days = {"from": self.period.start.isoformat(), "to": self.period.end.isoformat()}
        return days | {name: str(value) for name, value in {**self.narrowing(), "by": self.by or ""}.items() if value}


def choices(visit: Visit) -> Choices:
    """What this person can choose from."""
    everybody = visit.person.role.sees_everybody
    with visit.desk.store.read() as connection:
        people = connection.execute(sa.select(agents.c.name, agents.c.display_name).order_by(agents.c.name))
        return Choices(
            channels=tuple(connection.scalars(sa.select(channels.c.name).order_by(channels.c.name))),
            teams=tuple(connection.scalars(sa.select(teams.c.name).order_by(teams.c.name))),
            people=tuple((row[0], row[1]) for row in people) if everybody else (),
            by=tuple(by for by in By if everybody or by is not By.AGENT),
        )


def read_question(visit: Visit, there: Choices) -> Question:
    """What the address asks. Raises BadInput for days that are none; a name that is not there is as if nothing had been said. An
    agent's question is about themselves, whatever they typed."""
    preset, period = _period(visit)
    mine = not visit.person.role.sees_everybody
    people = [name for name, _ in there.people]
    wanted = Wanted(
        start=period.start,
        end=period.end,
        channel=_one_of(visit, "channel", there.channels),
        team=_one_of(visit, "team", there.teams),
        agent=visit.person.agent if mine else _one_of(visit, "agent", people),
        kind=Kind(visit.given("kind")) if visit.given("kind") in list(Kind) else None,
        by_end=visit.given("ended") == "1",
        pictures=True,
    )
    by = By(visit.given("by")) if visit.given("by") in there.by else None
    return Question(preset=preset, period=period, wanted=wanted, by=by, mine=mine)


def split_of(question: Question) -> Wanted | None:
    """The same in groups, without what the whole has already; None where nobody asked for groups."""
    return None if question.by is None else replace(question.wanted, by=question.by, pictures=False, worst=0)


def report_language(visit: Visit) -> Literal["es", "en"]:
    """The language of figures: this person's."""
    return "en" if visit.language == "en" else "es"


def _period(visit: Visit) -> tuple[str, Period]:
    first, last, preset = visit.given("from"), visit.given("to"), visit.given("period")
    today = visit.desk.house.today(visit.now)
    if not first and not last:
        preset = preset if preset in PRESETS else USUAL
        return preset, read_period(None if preset == USUAL else preset, None, today=today)
    try:
        period = read_period(first or None, last or None, today=today)
    except BadInput:
        raise BadInput(visit.say("reports.odd_days")) from None
    if period.days > LONGEST:
        raise BadInput(visit.say("reports.too_long", n=LONGEST))
    return "", period


def _one_of(visit: Visit, name: str, there: Container[str]) -> str | None:
    given = visit.given(name)
    return given if given and given in there else None
