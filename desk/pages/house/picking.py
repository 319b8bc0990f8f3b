"""Which rows of a list somebody picked, and whether they have confirmed what is to be done with them. Knows no table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from desk.pages.page import Visit
from ventanilla.errors import BadInput

MOST = 500
PAGE = 50


def picked(visit: Visit) -> list[int]:
    """The numbers that a form names, each once. Raises BadInput for none, for too many, and for what is no number."""
    given = visit.every("id")
    if not given:
        raise BadInput(visit.say("house.pick_none"))
    if len(given) > MOST or not all(each.isdecimal() and len(each) < 19 for each in given):
        raise BadInput(visit.say("house.pick_many", most=MOST))
    return list(dict.fromkeys(int(each) for each in given))


def has_confirmed(visit: Visit) -> bool:
    """Whether the form comes from the page that asked."""
    return visit.given("sure") == "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked before it is done: `action` and `back` are paths of ours; each of `rows` is (number, what it is)."""

    title: str
    why: str
    button: str
    action: str
    back: str
    rows: list[tuple[int, str]]
    danger: bool = False
    more: tuple[tuple[str, str], ...] = ()


def ask(visit: Visit, asked: Asked) -> Response:
    """The page that asks. It works without script, and its form brings the same numbers back."""
    return visit.render("house/confirm.html", asked=asked)


def after(visit: Visit) -> int | None:
    """Behind which row a page of a list begins."""
    given = visit.given("after")
    return int(given) if given.isdecimal() and len(given) < 19 else None


def next_of(rows: list[dict[str, Any]], *, most: int = PAGE) -> int | None:
    """Behind which row the next page begins; None where there is none."""
    return rows[-1]["id"] if len(rows) == most else None
