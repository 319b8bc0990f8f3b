"""The board, what is about to break, and the board for a screen on the wall. Changes nothing."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.board.kept import kept_of
from desk.pages.board.outcome import brought, forget, read_number
from desk.pages.board.plots import days_plot, hours_plot, medians_plot
from desk.pages.board.seen import FIGURES_FOR, board_of, part_of, query_of, receivers_of, shared, today_of
from desk.pages.page import Page, Visit
from reports.page.markup import Html
from reports.today import Today
from ventanilla.store.views.board import SOON, Part, due_next

PART = "x-part"
"""The header by which a page's own script asks for its live part again."""
A_PAGE = 50
ON_THE_WALL = 6


def board(visit: Visit) -> Response:
    """The live board; asked for a part, what is live of it alone."""
    about = shared(visit, part_of(visit))
    if visit.request.headers.get(PART):
        return visit.render("board/live.html", **about)
    response = visit.render("board/board.html", outcome=brought(visit), **about, **_plots(visit))
    return forget(visit, response)


def plots(visit: Visit) -> Response:
    """The plots alone, as a part of the board."""
    return visit.render("board/plots.html", asked=query_of(part_of(visit)), **_plots(visit))


def breaking(visit: Visit) -> Response:
    """Every promise that runs, the nearest first, a page at a time."""
    part = part_of(visit)
    after = read_number(visit.given("after")) or 0
    soon = visit.given("all") != "1"
    with visit.desk.store.read() as connection:
        rows = due_next(connection, part, limit=A_PAGE + 1, after=after, until=visit.now + SOON if soon else None)
    config = visit.desk.config
    about: dict[str, Any] = {
        "rows": rows[:A_PAGE],
        "next_after": after + A_PAGE if len(rows) > A_PAGE else None,
        "soon": soon,
        "part": part,
        "asked": query_of(part),
        "teams": list(config.teams),
        "channels": list(config.channels),
        "receivers": receivers_of(visit, board_of(visit, Part())),
    }
    if visit.request.headers.get(PART):
        return visit.render("board/breaking_live.html", **about)
    return forget(visit, visit.render("board/breaking.html", outcome=brought(visit), **about))


def wall(visit: Visit) -> Response:
    """Big letters for whoever passes by: no customer's name, no subject."""
    part = part_of(visit)
    seen = board_of(visit, part)
    about: dict[str, Any] = {
        "board": seen,
        "today": today_of(visit, part),
        "part": part,
        "asked": query_of(part),
        "nearest": seen.next_due[:ON_THE_WALL],
    }
    return visit.render("board/wall_live.html" if visit.request.headers.get(PART) else "board/wall.html", **about)


def _plots(visit: Visit) -> dict[str, Any]:
    """Drawn once of the same figures for all who read one language."""
    part = part_of(visit)
    today, language = today_of(visit, part), visit.language

    def draw() -> tuple[Today, tuple[Html, ...]]:
        return today, (
            hours_plot(today.hours, visit.say, language),
            medians_plot(today.hours, today.within, visit.say, language),
            days_plot(today.days, visit.say, language),
        )

    _, drawn = kept_of(visit.desk.store.engine).get(
        ("plots", part, language), draw, now=visit.now, lasts=FIGURES_FOR, still_good=lambda kept: kept[0] is today
    )
    return {"plots": drawn}


PAGES = (
    Page(path="/board", view=board, right=Right.OVERSEE),
    Page(path="/board/plots", view=plots, right=Right.OVERSEE),
    Page(path="/board/breaking", view=breaking, right=Right.OVERSEE),
    Page(path="/board/wall", view=wall, right=Right.OVERSEE),
)
