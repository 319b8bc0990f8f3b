"""One's own account: who one is, the password, how one likes the desk, where one is logged in, tokens for programs."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.account.changes import change_password, end, save_preferences
from desk.pages.account.showing import show
from desk.pages.account.tokens import make, revoke
from desk.pages.page import Page, Visit


def _form(path: str, view: Callable[[Visit], Response]) -> Page:
    return Page(path=path, view=view, right=Right.OWN, methods=("POST",), largest=16 * 1024)


PAGES: tuple[Page, ...] = (
    Page(path="/account", view=show, right=Right.OWN),
    _form("/account/password", change_password),
    _form("/account/preferences", save_preferences),
    _form("/account/sessions", end),
    _form("/account/tokens", make),
    _form("/account/tokens/revoke", revoke),
)
