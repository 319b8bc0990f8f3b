"""What is done from a list without opening the case: saying that one has it, taking it from the waiting line."""

from __future__ import annotations

from starlette.responses import Response

from desk.pages.page import NotFound, Visit
from router.moves.accept import accept
from router.moves.transfer import transfer


def do(visit: Visit) -> Response:
    """Accept a case, or take it; back to the list it was done from. What somebody else took first is refused, with their name."""
    key, what = visit.given("key"), visit.given("do")
    number = visit.given("number")
    with visit.moving() as move:
        if what == "accept":
            case = accept(move, key)
        elif what == "take":
            transfer(move, key, move.agent, expected_number=int(number) if number.isdecimal() else None)
            case = accept(move, key)
        else:
            raise NotFound
    said = visit.say(f"cases.told_{what}", key=case.key)
    if visit.given("then") == "case":
        return visit.go(f"/cases/{case.key}", told=said)
    return visit.go("/cases", told=said, list=visit.given("list"))
