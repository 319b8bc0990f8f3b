"""Every program's token: whose it is, what it may do, who made it, when it was last used; an admin revokes it."""

from __future__ import annotations

from starlette.responses import Response

from desk.pages.page import NotFound, Visit
from ventanilla.store.api_tokens import revoke_token, tokens_of


def tokens_page(visit: Visit) -> Response:
    """/house/tokens: those that are good first."""
    with visit.desk.store.read() as connection:
        rows = tokens_of(connection, None)
    good = [row for row in rows if row.revoked_at is None and (row.expires_at is None or row.expires_at > visit.now)]
    past = [row for row in rows if row not in good]
    return visit.render("house/tokens.html", good=good, past=past[:100])


def revoke(visit: Visit) -> Response:
    """It is good no more; a second time changes nothing."""
    with visit.moving() as move:
        was_good = revoke_token(move.connection, int(visit.place("id")), journal=move.journal)
    if not was_good:
        raise NotFound
    return visit.go("/house/tokens", told=visit.say("house.token_revoked"))
