"""Customers: the list, one whole, and a person's word on what is known of them."""

from desk.entry.person import Right
from desk.pages.customers.changing import act
from desk.pages.customers.linking import ask, link
from desk.pages.customers.showing import show_all, show_one
from desk.pages.page import Page

PAGES = (
    Page(path="/customers", view=show_all),
    Page(path="/customers/{contact:int}", view=show_one),
    Page(path="/customers/{contact:int}", view=act, right=Right.ACT, methods=("POST",)),
    Page(path="/customers/{contact:int}/link", view=ask, right=Right.ACT),
    Page(path="/customers/{contact:int}/link", view=link, right=Right.ACT, methods=("POST",)),
)
