"""The page of one person's presence: how it stands, what they hold and what becomes of it, when they are away."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.frame import Frame, frame_of
from desk.pages.page import NotFound, Visit
from ventanilla.store.views.people import agent_document
from ventanilla.words import Role

LENGTHS = ("open", "30m", "1h", "2h", "day")
"""For how long somebody can say at once that they are away; "open" lasts until they say that they are back."""


def show(visit: Visit, *, problem: str = "", status: int = 200) -> Response:
    """One's own presence; a supervisor may see and change everybody's (`?agent=`)."""
    agent = whose(visit)
    with visit.desk.store.read() as connection:
        person = agent_document(connection, agent, now=visit.now)
    if person is None:
        raise NotFound
    return visit.render(
        "presence/page.html",
        status=status,
        one=person,
        is_mine=agent == visit.person.agent,
        people=_people(visit) if visit.person.has(Right.SUPERVISE) else {},
        covers={name: said for name, said in _people(visit).items() if name != agent},
        graces=_graces(visit, person),
        lengths=LENGTHS,
        problem=problem,
        given=visit.given,
        today=visit.now.astimezone(visit.desk.house.zone()).date().isoformat(),
    )


def show_frame(visit: Visit) -> Response:
    """What stands around every page, for its script to fetch again."""
    return visit.render("presence/frame.html", framed=frame_of(visit) or Frame(presence="", until=None, waiting=0))


def whose(visit: Visit) -> str:
    """Whose presence is meant. Raises NotFound for nobody of ours, and for another's unless they supervise."""
    agent = visit.given("agent") or visit.person.agent
    if agent != visit.person.agent and (not visit.person.has(Right.SUPERVISE) or agent not in _people(visit)):
        raise NotFound
    return agent


def _people(visit: Visit) -> dict[str, str]:
    """Whoever can have cases, by name."""
    today = visit.desk.house.today(visit.now)
    people = visit.desk.config.agents.items()
    return {name: one.name or name for name, one in people if one.role is not Role.AUDITOR and one.is_here(today)}


def _graces(visit: Visit, person: Mapping[str, Any]) -> list[timedelta]:
    """How long after somebody leaves what waits on us is handed over, by their teams."""
    teams = visit.desk.config.teams
    return sorted({teams[name].away_grace for name in person["teams"] if name in teams})
