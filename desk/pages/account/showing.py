"""The account's page with everything on it; a form that was not right comes back with what was wrong."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from desk.entry.browsers import browser_in_words
from desk.entry.person import RIGHTS, Person, Right, Scope
from desk.pages.page import Visit
from ventanilla.store.accounts import account_of
from ventanilla.store.api_tokens import tokens_of
from ventanilla.store.sessions import open_sessions

LASTING = (30, 90, 365, 0)
"""Days for which a token may be good; 0: until it is revoked."""


def show(visit: Visit) -> Response:
    """As it stands."""
    return account_page(visit)


def account_page(visit: Visit, *, status: int = 200, made: str = "", **problems: str) -> Response:
    """The page; `made` is a token that is shown this once, `problems` are said at their forms."""
    person, desk = visit.person, visit.desk
    with desk.store.read() as connection:
        account = account_of(connection, person.agent)
        sessions = open_sessions(connection, person.agent, now=visit.now, idle=desk.config.web.session_idle)
        tokens = [row for row in tokens_of(connection, person.agent) if is_good(visit, row)]
    settings = desk.config.agents[person.agent]
    return visit.render(
        "account/account.html",
        status=status,
        settings=settings,
        account=account,
        passwords=desk.config.web.passwords,
        least=desk.config.web.password_min,
        provider=desk.config.web.oidc.label if desk.config.web.oidc is not None else "",
        sessions=[(row, browser_in_words(row.browser)) for row in sessions],
        tokens=tokens,
        scopes=scopes_of(person),
        lasting=LASTING,
        made=made,
        problems=problems,
    )


def scopes_of(person: Person) -> list[Scope]:
    """What a token of theirs may be good for: no more than they themselves."""
    needed = {Scope.READ: Right.LOOK, Scope.WRITE: Right.ACT, Scope.ADMIN: Right.ADMIN}
    return [scope for scope, right in needed.items() if right in RIGHTS[person.role]]


def is_good(visit: Visit, token: Any) -> bool:
    """Whether a token still lets a program in."""
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > visit.now)
