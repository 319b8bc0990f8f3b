"""What became of cases that were given to somebody, carried to the next page: to be said there and undone. Moves nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from desk.carried import pack, unpack
from desk.pages.page import Visit

COOKIE = "ventanilla_given"
LASTS = 120
"""Seconds that the browser keeps it if the next page never comes."""
_ROOM = 3500


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """A case that can be handed back: under the assignment that it has now, to whom it was taken from."""

    key: str
    number: int
    to: str

    @property
    def written(self) -> str:
        return f"{self.key}:{self.number}:{self.to}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`to` has `given` cases more; `refused` are sentences. `undone`: they were handed back."""

    to: str = ""
    given: tuple[Back, ...] = ()
    refused: tuple[str, ...] = ()
    undone: bool = False


def read_back(text: str) -> Back | None:
    """What a form says is to be handed back; None for anything else."""
    key, _, rest = text.partition(":")
    number, _, to = rest.partition(":")
    count = read_number(number)
    return Back(key=key, number=count, to=to) if count is not None and key and to else None


def read_number(text: str) -> int | None:
    """A number as a form or an address has it, of at most nine digits; None for anything else."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def carry(visit: Visit, response: Response, outcome: Outcome) -> Response:
    """Have the browser bring it to the next page; as much of it as a cookie holds."""
    refused = list(outcome.refused)
    while len(value := _packed(visit, outcome, refused)) > _ROOM and refused:
        refused.pop()
    if len(value) > _ROOM:
        value = _packed(visit, Outcome(to=outcome.to, undone=outcome.undone), refused)
    response.set_cookie(
        COOKIE,
        value,
        max_age=LASTS,
        path=visit.desk.prefix or "/",
        httponly=True,
        samesite="lax",
        secure=visit.desk.is_encrypted,
    )
    return response


def brought(visit: Visit) -> Outcome | None:
    """What the page before left to be said; None for nothing, or what is none of ours."""
    try:
        told: Any = json.loads(unpack(visit.desk, COOKIE, visit.request.cookies.get(COOKIE, "")))
        given = [read_back(str(one)) for one in told["given"]]
        refused = tuple(str(one) for one in told["refused"])
        to, undone = str(told["to"]), bool(told["undone"])
    except (ValueError, KeyError, TypeError):
        return None
    return Outcome(to=to, given=tuple(one for one in given if one), refused=refused, undone=undone)


def forget(visit: Visit, response: Response) -> Response:
    """It has been said."""
    if visit.request.cookies.get(COOKIE):
        response.delete_cookie(COOKIE, path=visit.desk.prefix or "/")
    return response


def _packed(visit: Visit, outcome: Outcome, refused: list[str]) -> str:
    told = {
        "to": outcome.to,
        "given": [one.written for one in outcome.given],
        "refused": refused,
        "undone": outcome.undone,
    }
    return pack(visit.desk, COOKIE, json.dumps(told, ensure_ascii=False))
