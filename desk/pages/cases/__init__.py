"""The lists of cases: mine, those that wait on others, the waiting line, all that one may see."""

from desk.entry.person import Right
from desk.pages.cases.doing import do
from desk.pages.cases.listing import show
from desk.pages.page import Page

PAGES = (
    Page(path="/cases", view=show),
    Page(path="/cases", view=do, right=Right.ACT, methods=("POST",)),
)
