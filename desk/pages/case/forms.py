"""The form of each move, as a page of its own or inside a dialog, and what sending it does. Refused, it comes again, with why."""

from __future__ import annotations

import secrets
from typing import Any

from starlette.responses import Response

from desk.pages.case.able import moves_for
from desk.pages.case.doing import DOINGS, Doing
from desk.pages.case.opening import find_survivor
from desk.pages.case.reading import read_case
from desk.pages.page import NotFound, Visit
from desk.pages.wrong import refusal_in_words
from router.moves.refusals import Refused
from ventanilla.errors import BadInput
from ventanilla.store.views.people import list_agents
from ventanilla.words import CallOutcome, Kind, Priority, Role


def move_form(visit: Visit) -> Response:
    """The form of a move. Raises NotFound for a name that is none, and for a move that asks nothing."""
    name, doing = _doing(visit)
    if not doing.asks:
        raise NotFound
    return _form(visit, name, doing, problem="", code="", status=200)


def make_move(visit: Visit) -> Response:
    """Do it, and go on to the case as it is then."""
    name, doing = _doing(visit)
    with visit.desk.store.read() as connection:
        key = find_survivor(visit, connection).key
    try:
        with visit.moving() as move:
            done = doing.do(visit, move, key)
    except Refused as refused:
        why = refusal_in_words(visit, refused)
        return _form(visit, name, doing, problem=why, code=refused.code, status=409)
    except BadInput as error:
        return _form(visit, name, doing, problem=str(error), code="", status=422)
    return visit.go(f"/cases/{done.key}", told=done.told, anchor=done.anchor, said=done.said)


def _doing(visit: Visit) -> tuple[str, Doing]:
    name = visit.place("move")
    if name not in DOINGS:
        raise NotFound
    return name, DOINGS[name]


def _form(visit: Visit, name: str, doing: Doing, *, problem: str, code: str, status: int) -> Response:
    with visit.desk.store.read() as connection:
        case = read_case(visit, connection, find_survivor(visit, connection))
        people = list_agents(connection, now=visit.now) if name in ("transfer", "collaborate") else []
    values: dict[str, Any] = {
        "case": case,
        "able": moves_for(visit.person, case),
        "name": name,
        "doing": doing,
        "problem": problem,
        "code": code,
        "people": [each for each in people if _can_have(visit, each["name"])],
        "once": visit.given("once") or secrets.token_hex(12),
        "kinds": list(Kind),
        "priorities": list(Priority),
        "outcomes": list(CallOutcome),
        "given": visit.given,
    }
    template = "case/dialog.html" if visit.request.headers.get("x-part") else "case/form.html"
    return visit.render(template, status=status, **values)


def _can_have(visit: Visit, agent: str) -> bool:
    settings = visit.desk.config.agents.get(agent)
    return (
        settings is not None
        and settings.role is not Role.AUDITOR
        and settings.is_here(visit.desk.house.today(visit.now))
    )
