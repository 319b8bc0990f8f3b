"""The door: logging in and out, the invitation's page, the way by an OpenID Connect provider."""

from __future__ import annotations

from starlette.responses import Response

from desk.entry.person import Right
from desk.pages.entry.login import log_in, log_out, show_login
from desk.pages.entry.welcome import accept, show_invitation
from desk.pages.page import Page, Visit

SMALL = 16 * 1024


def _set_out(visit: Visit) -> Response:
    from desk.pages.entry.oidc import set_out  # its libraries take 17 MB: they load with the first who comes that way

    return set_out(visit)


def _come_back(visit: Visit) -> Response:
    from desk.pages.entry.oidc import come_back

    return come_back(visit)


PAGES: tuple[Page, ...] = (
    Page(path="/login", view=show_login, right=None),
    Page(path="/login", view=log_in, right=None, methods=("POST",), largest=SMALL),
    Page(path="/logout", view=log_out, right=Right.OWN, methods=("POST",), largest=SMALL),
    Page(path="/welcome/{token}", view=show_invitation, right=None),
    Page(path="/welcome/{token}", view=accept, right=None, methods=("POST",), largest=SMALL),
    Page(path="/oidc/start", view=_set_out, right=None),
    Page(path="/oidc/back", view=_come_back, right=None),
)
