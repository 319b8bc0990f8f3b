"""Who has come to the API: a program by its agent's token, or a page's script by its session. Decides nothing about cases."""

from __future__ import annotations

import hmac
from datetime import datetime

from starlette.requests import Request

from desk.api.problems import Wrong
from desk.entry.person import Person
from desk.entry.sessions import person_of
from desk.entry.tokens import person_of_token
from desk.room import Desk

REALM = 'Bearer realm="ventanilla"'
CSRF = "x-csrf-token"


def who_came(desk: Desk, request: Request, *, now: datetime) -> Person:
    """As whom this request comes. Raises Wrong for nobody that we know (401), and for one that writes by a session and does not
    prove that a page of ours sent it (403); Temporary when the store is away."""
    header = request.headers.get("authorization")
    if header is not None:
        return _by_token(desk, header, now=now)
    person = person_of(desk, request, now=now)
    if person is None:
        raise _unknown("send a token: Authorization: Bearer vnt_…", given=False)
    if request.method not in ("GET", "HEAD") and not _is_ours(request, person):
        raise Wrong(403, "no_csrf", "a session writes with the X-CSRF-Token of its page alone")
    return person


def _by_token(desk: Desk, header: str, *, now: datetime) -> Person:
    scheme, _, token = header.partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token.isascii():
        raise _unknown("send a token: Authorization: Bearer vnt_…", given=True)
    person = person_of_token(desk, token, now=now)
    if person is None:
        raise _unknown("this token is not known, was revoked, or is over", given=True)
    return person


def _is_ours(request: Request, person: Person) -> bool:
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    return hmac.compare_digest(request.headers.get(CSRF, "").encode(), person.csrf.encode())


def _unknown(detail: str, *, given: bool) -> Wrong:
    """RFC 6750: what is wrong with a token is said only where one was sent."""
    challenge = f'{REALM}, error="invalid_token"' if given else REALM
    return Wrong(401, "not_known", detail, headers={"WWW-Authenticate": challenge})
