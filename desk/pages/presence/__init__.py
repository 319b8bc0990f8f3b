"""Whether somebody is there: the switch around every page, absences with whoever stands in."""

from desk.entry.person import Right
from desk.pages.page import Page
from desk.pages.presence.changing import change
from desk.pages.presence.showing import show, show_frame

PAGES = (
    Page(path="/presence", view=show, right=Right.ACT),
    Page(path="/presence/frame", view=show_frame, right=Right.ACT),
    Page(path="/presence", view=change, right=Right.ACT, methods=("POST",)),
)
