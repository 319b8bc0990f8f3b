"""A list of cases as a page, or as the part of it that is fetched again when something changed."""

from __future__ import annotations

from starlette.responses import Response

from desk.pages.cases.asking import Asked, asked_of, choices, shelves, teams_in_sight
from desk.pages.page import Visit
from ventanilla.store.views.list_rows import list_rows
from ventanilla.store.views.lists import Shelf, count_shelves, page_ids

PAGE = 50


def show(visit: Visit) -> Response:
    """The cases of one shelf, what is due first at the top."""
    asked = asked_of(visit)
    with visit.desk.store.read() as connection:
        ids, after = page_ids(connection, asked.wanted(visit), now=visit.now, limit=PAGE, after=asked.after)
        rows = list_rows(connection, ids, visit.person.agent)
        counts = count_shelves(connection, visit.person.agent, teams=teams_in_sight(visit), now=visit.now)
    part = bool(visit.request.headers.get("x-part"))
    return visit.render(
        "cases/list.html" if part else "cases/page.html",
        asked=asked,
        rows=rows,
        counts=counts,
        shelves=shelves(visit),
        choices=choices(visit, asked.shelf),
        here=address(visit, asked),
        following=address(visit, asked, after=after) if after else "",
        shows_owner=asked.shelf in (Shelf.LINE, Shelf.WITH, Shelf.ALL),
    )


def address(visit: Visit, asked: Asked, **other: str) -> str:
    """Where this very list is, with what is otherwise."""
    about = {"list": str(asked.shelf), **asked.filters, "after": asked.after, **other}
    return visit.url("/cases", **about)
