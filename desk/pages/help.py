"""The desk explained in one page, by what the visitor may do."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.page import Page, Visit


def show(visit: Visit) -> Response:
    """What there is, in the visitor's language."""
    return visit.render(f"help/{visit.language}.html")


PAGES = (Page(path="/help", view=show, right=Right.OWN),)
