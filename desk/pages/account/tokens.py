"""Tokens by which a program does in one's own name what one lets it: made, shown once, revoked."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from desk.entry.person import Scope
from desk.pages.account.showing import LASTING, account_page, scopes_of
from desk.pages.page import Visit
from ventanilla.store.api_tokens import make_token, revoke_token
from ventanilla.store.events import Journal


def make(visit: Visit) -> Response:
    """A new token. The answer is the page itself and no redirect: nobody can ask for the token again."""
    person, name = visit.person, " ".join(visit.given("name").split())[:80]
    allowed = scopes_of(person)
    scopes = [scope for scope in Scope if scope in visit.every("scope") and scope in allowed]
    days = visit.given("days")
    if not name or not scopes:
        return account_page(visit, status=422, token=visit.say("account.token_needs"))
    if days not in {str(each) for each in LASTING}:
        return account_page(visit, status=422, token=visit.say("account.token_days"))
    expires_at = visit.now + timedelta(days=int(days)) if days != "0" else None
    journal = Journal(now=visit.now, actor=person.agent)
    with visit.desk.store.write() as connection:
        _, token = make_token(
            connection,
            person.agent,
            name=name,
            scopes=scopes,
            expires_at=expires_at,
            made_by=person.agent,
            journal=journal,
        )
        journal.flush(connection)
    return account_page(visit, made=token)


def revoke(visit: Visit) -> Response:
    """One of one's own is good no more."""
    person, which = visit.person, visit.given("token")
    number = int(which) if which.isdecimal() and len(which) < 16 else 0
    journal = Journal(now=visit.now, actor=person.agent)
    with visit.desk.store.write() as connection:
        done = revoke_token(connection, number, journal=journal, agent=person.agent)
        journal.flush(connection)
    return visit.go("/account", told=visit.say("account.token_revoked") if done else "", anchor="tokens")
