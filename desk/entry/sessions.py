"""From what a browser sends to who it is: the cookie, the person behind it, and what their forms must carry. Writes `seen_at`."""

from __future__ import annotations

import hashlib
import hmac
from contextlib import suppress
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from desk.entry.person import Person
from desk.entry.recognised import recognised
from desk.room import Desk
from ventanilla.errors import Temporary
from ventanilla.store.sessions import SEEN_EVERY, find_session, note_seen

_CSRF = b"ventanilla csrf 1\0"
_SIGNED_OUT = "signed out"


def cookie_name(desk: Desk) -> str:
    """Where encrypted, a name that browsers give to nobody but this very host."""
    return "__Host-ventanilla" if desk.is_encrypted and not desk.prefix else "ventanilla"


def set_cookie(desk: Desk, response: Response, token: str) -> None:
    """Let the browser keep the session's token: no script sees it, no other site sends it."""
    response.set_cookie(
        cookie_name(desk),
        token,
        max_age=int(desk.config.web.session_lasts.total_seconds()),
        path=desk.prefix or "/",
        secure=desk.is_encrypted,
        httponly=True,
        samesite="lax",
    )


def drop_cookie(desk: Desk, response: Response) -> None:
    """Let the browser forget it."""
    response.delete_cookie(
        cookie_name(desk), path=desk.prefix or "/", secure=desk.is_encrypted, httponly=True, samesite="lax"
    )


def csrf_of(desk: Desk, token: str) -> str:
    """What a form must carry to be believed to come from a page of ours: bound to this session alone."""
    key = desk.house.installation.signing_key
    return hmac.new(key, _CSRF + (token or _SIGNED_OUT).encode(), hashlib.sha256).hexdigest()[:40]


def person_of(desk: Desk, request: Request, *, now: datetime, is_used: bool = True) -> Person | None:
    """Who has come, by their session; None for a stranger. `is_used`: somebody did something, which a page that asks for news by
    itself did not: a session that nobody uses ends. Raises Temporary when the store is away."""
    token = request.cookies.get(cookie_name(desk), "")
    if not token:
        return None
    with desk.store.read() as connection:
        found = find_session(connection, token, now=now, idle=desk.config.web.session_idle)
        if found is None:
            return None
        person = recognised(desk, connection, found, now=now, session_id=found.id, csrf=csrf_of(desk, token))
    if person is not None and is_used and now - found.seen_at >= SEEN_EVERY:
        with suppress(Temporary), desk.store.write() as connection:
            note_seen(connection, found.id, now=now)
    return person
