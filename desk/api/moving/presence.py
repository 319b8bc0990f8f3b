"""Somebody is away, and back: one's own word, or that of whoever supervises."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.responses import Response

from desk.api.call import Call
from desk.api.describing import move
from desk.api.documents.house import Agent
from desk.api.moving.bodies import AwayBody
from desk.api.problems import Wrong
from desk.api.reading.house import people
from desk.api.routing import Caller, Operation
from desk.entry.person import Right
from ventanilla.store.agents import absences_of, add_absence, end_absences
from ventanilla.words import Side

router = APIRouter(tags=["house"], route_class=Operation)
AgentName = Annotated[str, Path(description="Whose; `me` for yours.", max_length=200, examples=["ana"])]


@move(router, "/agents/{name}/away", Agent)
def away(call: Caller, name: AgentName, body: AwayBody) -> Response:
    """Say that somebody is away: they get nothing new, and what waits on them is handed over. Yourself, or anybody for whoever
    supervises."""
    agent = _whose(call, name)

    def act() -> dict[str, Any]:
        start = max(body.from_ or call.now, call.now)
        if body.to is not None and body.to <= start:
            raise _flaw("to", "expected a time after `from`, and still to come")
        if body.cover is not None:
            if body.cover == agent:
                raise _flaw("cover", f"{agent} cannot stand in for themselves")
            _require_agent(call, body.cover, flaw="cover")
        with call.desk.moving(call.person.agent, side=Side.API, now=call.now) as made:
            known = absences_of(made.connection, [agent], now=call.now)
            if not any(row.starts_at <= start and row.ends_at == body.to for row in known):  # said twice
                add_absence(made.connection, agent, starts_at=start, ends_at=body.to, cover=body.cover, now=call.now)
        return _as_they_are(call, agent)

    return call.steps(act)


@move(router, "/agents/{name}/back", Agent)
def back(call: Caller, name: AgentName) -> Response:
    """Say that somebody is back: what keeps them away now ends, absences still to come stay."""
    agent = _whose(call, name)

    def act() -> dict[str, Any]:
        with call.desk.moving(call.person.agent, side=Side.API, now=call.now) as made:
            end_absences(made.connection, agent, now=call.now)
        return _as_they_are(call, agent)

    return call.steps(act)


def _whose(call: Call, name: str) -> str:
    agent = call.person.agent if name == "me" else name
    _require_agent(call, agent)
    if agent != call.person.agent:
        call.require(Right.SUPERVISE)
    return agent


def _require_agent(call: Call, name: str, *, flaw: str = "") -> None:
    settings = call.desk.config.agents.get(name)
    if settings is not None and settings.is_here(call.desk.house.today(call.now)):
        return
    if flaw:
        raise _flaw(flaw, f"{name} is not one of us")
    raise Wrong(404, "no_such_agent", f"{name} is not one of us", values={"agent": name})


def _flaw(field: str, problem: str) -> Wrong:
    return Wrong(422, "invalid", f"{field}: {problem}", errors=[{"at": f"body.{field}", "problem": problem}])


def _as_they_are(call: Call, agent: str) -> dict[str, Any]:
    return next(one for one in people(call) if one["name"] == agent)
