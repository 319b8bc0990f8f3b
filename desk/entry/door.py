"""Before anybody has come in: what a stranger's forms carry, from which network they call, and which browsers were here before."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from desk.entry.sessions import cookie_name, csrf_of
from desk.pages.page import Visit
from desk.room import Desk

KNOWN_FOR = 180 * 86400
"""Seconds for which a browser that somebody came in by is not slowed down by others who guess their password."""
_KNOWN = b"ventanilla known browser 1\0"


def door_cookie(desk: Desk) -> str:
    """Carries what ties a stranger's forms to their browser."""
    return f"{cookie_name(desk)}-door"


def stranger_csrf(desk: Desk, request: Request) -> str:
    """What the forms of a stranger must carry. A browser that was shown none has no cookie, and what it must carry nobody knows."""
    mark = request.cookies.get(door_cookie(desk), "")
    return csrf_of(desk, f"door {mark}" if mark else "")


def at_the_door(visit: Visit, template: str, /, *, status: int = 200, **values: Any) -> Response:
    """A page with forms that a stranger can send."""
    desk = visit.desk
    name = door_cookie(desk)
    mark = visit.request.cookies.get(name) or secrets.token_urlsafe(24)
    response = visit.render(template, status=status, csrf_token=csrf_of(desk, f"door {mark}"), **values)
    if visit.stranger is None and name not in visit.request.cookies:
        keep(desk, response, name, mark)
    return response


def network_of(desk: Desk, request: Request) -> str:
    """From where somebody calls: an IPv4 address, or the /64 of an IPv6 one. Only what those in
    [web] proxies say of others is believed."""
    peer = _address(request.client.host if request.client else "")
    if peer is None:
        return "unknown"
    proxies = [ipaddress.ip_network(network) for network in desk.config.web.proxies]
    told = [part.strip() for value in request.headers.getlist("x-forwarded-for") for part in value.split(",")]
    while told and any(peer in network for network in proxies):
        before = _address(told.pop())
        if before is None:
            break
        peer = before
    if peer.version == 6:
        return str(ipaddress.ip_network((peer, 64), strict=False))
    return str(peer)


def is_known(desk: Desk, request: Request, agent: str) -> str:
    """The mark of this browser, where this agent came in by it before; "" otherwise."""
    mark, _, proof = request.cookies.get(_known_cookie(desk), "").partition(".")
    return mark if mark and hmac.compare_digest(proof.encode(), _proof(desk, agent, mark).encode()) else ""


def remember(desk: Desk, request: Request, response: Response, agent: str) -> None:
    """This browser has been used by this agent."""
    if not is_known(desk, request, agent):
        mark = secrets.token_urlsafe(16)
        keep(desk, response, _known_cookie(desk), f"{mark}.{_proof(desk, agent, mark)}", seconds=KNOWN_FOR)


def keep(desk: Desk, response: Response, name: str, value: str, *, seconds: int | None = None) -> None:
    """A cookie that no script sees and other sites' forms do not bring."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=desk.prefix or "/",
        secure=desk.is_encrypted,
        httponly=True,
        samesite="lax",
    )


def _known_cookie(desk: Desk) -> str:
    return f"{cookie_name(desk)}-known"


def _proof(desk: Desk, agent: str, mark: str) -> str:
    key = desk.house.installation.signing_key
    return hmac.new(key, _KNOWN + f"{agent}\0{mark}".encode(), hashlib.sha256).hexdigest()[:40]


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip().strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
