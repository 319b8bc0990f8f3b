"""Giving cases to somebody from the board, one or several, and handing them back. The move itself is router/moves/transfer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.board.outcome import Back, Outcome, carry, read_back, read_number
from desk.pages.board.seen import asked_of, board_of, receivers_of
from desk.pages.page import Page, Visit
from desk.pages.wrong import refusal_in_words
from router.moves.base import find_case
from router.moves.refusals import Refused
from router.moves.transfer import find_receiver, is_off_duty, transfer
from ventanilla.store.views.board import Part

MOST = 60
"""Cases given at once."""
_PLACES = ("/board", "/board/breaking")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A case as the page showed it: its key and the number of the assignment that it had then."""

    key: str
    number: int | None

    @property
    def written(self) -> str:
        return f"{self.key}:{self.number}" if self.number is not None else self.key


def ask_whom(visit: Visit) -> Response:
    """To whom these cases are to go: everybody who can have them, with what each holds."""
    return _asking(visit, warned="")


def give(visit: Visit) -> Response:
    """Give the cases that the form names to one of us; what could not be is said beside what was done, each case by itself."""
    chosen, to = _chosen(visit.every("case")), visit.given("to")
    if not chosen:
        return _back(visit, Outcome(refused=(visit.say("board.none_chosen"),)))
    if not to:
        return _asking(visit, warned="")
    if len(chosen) > MOST:
        return _back(visit, Outcome(refused=(visit.say("board.too_many", most=MOST),)))
    if visit.given("sure") != "1" and _is_away(visit, to):
        return _asking(visit, warned=to)
    given, refused = [], []
    for one in chosen:
        try:
            with visit.moving() as move:
                before = find_case(move, one.key)
                after = transfer(move, one.key, to, expected_number=one.number)
        except Refused as error:
            refused.append(refusal_in_words(visit, error))
        else:
            given.append(Back(key=after.key, number=after.assignment_number, to=before.owner))
    return _back(visit, Outcome(to=to, given=tuple(given), refused=tuple(refused)))


def undo(visit: Visit) -> Response:
    """Hand cases back to whom they were taken from, unless somebody has moved them since."""
    done, refused = [], []
    wanted = [one for text in visit.every("back")[:MOST] if (one := read_back(text)) is not None]
    for one in wanted:
        try:
            with visit.moving() as move:
                after = transfer(move, one.key, one.to, expected_number=one.number)
        except Refused as error:
            refused.append(refusal_in_words(visit, error))
        else:
            done.append(Back(key=after.key, number=after.assignment_number, to=one.to))
    return _back(visit, Outcome(to="", given=tuple(done), refused=tuple(refused), undone=True))


def _asking(visit: Visit, *, warned: str) -> Response:
    chosen = _chosen(visit.every("case"))
    if not chosen:
        return _back(visit, Outcome(refused=(visit.say("board.none_chosen"),)))
    people = receivers_of(visit, board_of(visit, Part()))
    return visit.render(
        "board/give.html",
        chosen=chosen[:MOST],
        receivers=people,
        warned=next((one for one in people if one.agent == warned), None),
        asked=asked_of(visit),
        then=_place(visit),
    )


def _chosen(values: Iterable[str]) -> list[Chosen]:
    found: dict[str, Chosen] = {}
    for value in values:
        key, _, number = value.partition(":")
        found.setdefault(key, Chosen(key=key, number=read_number(number)))
    return list(found.values())


def _is_away(visit: Visit, to: str) -> bool:
    """Whether they can have cases and are not there. Raises Refused for whoever cannot."""
    with visit.moving() as move:
        return is_off_duty(move.connection, find_receiver(move, to))


def _place(visit: Visit) -> str:
    wanted = visit.given("then")
    return wanted if wanted in _PLACES else _PLACES[0]


def _back(visit: Visit, outcome: Outcome) -> Response:
    return carry(visit, visit.go(_place(visit), **asked_of(visit)), outcome)


PAGES = (
    Page(path="/board/give", view=ask_whom, right=Right.SUPERVISE),
    Page(path="/board/give", view=give, right=Right.SUPERVISE, methods=("POST",)),
    Page(path="/board/undo", view=undo, right=Right.SUPERVISE, methods=("POST",)),
)
