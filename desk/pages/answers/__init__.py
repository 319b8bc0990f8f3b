"""Answers kept for use again: one's own, a team's, everybody's."""

from desk.entry.person import Right
from desk.pages.answers.changing import change, make, remove
from desk.pages.answers.showing import show_all, show_new, show_one
from desk.pages.page import Page

PAGES = (
    Page(path="/answers", view=show_all, right=Right.ACT),
    Page(path="/answers", view=make, right=Right.ACT, methods=("POST",)),
    Page(path="/answers/new", view=show_new, right=Right.ACT),
    Page(path="/answers/{number:int}", view=show_one, right=Right.ACT),
    Page(path="/answers/{number:int}", view=change, right=Right.ACT, methods=("POST",)),
    Page(path="/answers/{number:int}/remove", view=remove, right=Right.ACT, methods=("POST",)),
)
