"""Every page that there is, a place after the other. The first that fits an address and a method answers it."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.person import Right
from desk.live.pages import PAGES as LIVE
from desk.pages.account import PAGES as ACCOUNT
from desk.pages.answers import PAGES as ANSWERS
from desk.pages.board import PAGES as BOARD
from desk.pages.case import PAGES as CASE
from desk.pages.cases import PAGES as CASES
from desk.pages.customers import PAGES as CUSTOMERS
from desk.pages.entry import PAGES as ENTRY
from desk.pages.evidence import PAGES as EVIDENCE
from desk.pages.help import PAGES as HELP
from desk.pages.house import PAGES as HOUSE
from desk.pages.original import PAGES as ORIGINAL
from desk.pages.page import Page, Visit
from desk.pages.presence import PAGES as PRESENCE
from desk.pages.reports import PAGES as REPORTS
from desk.pages.search import PAGES as SEARCH
from desk.pages.webhooks import PAGES as WEBHOOKS


def _home(visit: Visit) -> Response:
    """Where somebody begins: whoever oversees at the board, everybody else at their own cases."""
    return visit.go("/board" if visit.person.has(Right.OVERSEE) else "/cases")


PAGES: tuple[Page, ...] = (
    Page(path="/", view=_home, right=Right.OWN),
    *ENTRY,
    *ACCOUNT,
    *LIVE,
    *EVIDENCE,
    *CASES,
    *PRESENCE,
    *ANSWERS,
    *CUSTOMERS,
    *HELP,
    *ORIGINAL,
    *CASE,
    *HOUSE,
    *REPORTS,
    *BOARD,
    *SEARCH,
    *WEBHOOKS,
)
