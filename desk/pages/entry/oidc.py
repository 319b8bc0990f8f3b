"""The way in by an OpenID Connect provider: there with a sealed note of where one was going, back with a proof."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from starlette.responses import RedirectResponse, Response

from desk.addresses import is_ours
from desk.entry.door import keep
from desk.entry.oidc import NotProven, Provider, provider_of
from desk.entry.passing import NETWORK, Passed, admit, begin_try, let_in, network_mark, refuse
from desk.entry.sessions import cookie_name
from desk.pages.entry.login import login_page, too_soon, whither
from desk.pages.page import NotFound, Visit
from desk.room import Desk
from ventanilla.errors import LoginRefused, Temporary
from ventanilla.store.accounts import agent_of_address, agent_of_subject, link_subject
from ventanilla.store.events import Journal
from ventanilla.store.throttles import Try, give_back
from ventanilla.words import EntryWay

log = structlog.get_logger(__name__)

GOOD_FOR = timedelta(minutes=10)
"""How long somebody may take at the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What this browser set out with. `nonce` and `verifier` follow from `state` and our key, so that they need no place."""

    state: str
    then: str

    def nonce(self, desk: Desk) -> str:
        """What the provider must repeat under its signature."""
        return _keyed(desk, f"nonce {self.state}")[:43]

    def verifier(self, desk: Desk) -> str:
        """What proves to the provider that whoever brings the code is who set out (RFC 7636)."""
        return _keyed(desk, f"verifier {self.state}")


def set_out(visit: Visit) -> Response:
    """To the provider."""
    desk, provider = visit.desk, _provider(visit)
    note = Note(state=secrets.token_urlsafe(24), then=whither(visit))
    try:
        url = provider.way_there(state=note.state, nonce=note.nonce(desk), verifier=note.verifier(desk), now=visit.now)
    except (Temporary, LoginRefused) as error:
        return _out_of_reach(visit, error)
    response = RedirectResponse(url, 303)
    keep(desk, response, _cookie(desk), _sealed(desk, note, visit), seconds=int(GOOD_FOR.total_seconds()))
    return response


def come_back(visit: Visit) -> Response:
    """From the provider: whoever it says has come is let in, if they are one of us."""
    response = _judge(visit, _provider(visit))
    response.delete_cookie(
        _cookie(visit.desk),
        path=visit.desk.prefix or "/",
        secure=visit.desk.is_encrypted,
        httponly=True,
        samesite="lax",
    )
    return response


def _judge(visit: Visit, provider: Provider) -> Response:
    desk = visit.desk
    note = _unsealed(visit)
    asked = visit.request.query_params
    if note is None or not hmac.compare_digest(asked.get("state", "").encode(), note.state.encode()):
        return login_page(visit, problem="entry.oidc_stale", status=400)
    if asked.get("error"):
        return login_page(visit, problem="entry.oidc_denied", status=403, provider=provider.settings.label)
    taken = begin_try(visit, [(network_mark(visit), NETWORK)])
    if taken.pause:
        return too_soon(visit, taken.pause)
    try:
        _check_sender(asked.get("iss"), provider, visit)
        claims = provider.who(
            code=asked.get("code", ""), nonce=note.nonce(desk), verifier=note.verifier(desk), now=visit.now
        )
    except NotProven as error:
        refuse(visit, f"oidc {error.reason}", None, taken)
        return login_page(visit, problem="entry.oidc_unproven", status=403)
    except (Temporary, LoginRefused) as error:
        return _out_of_reach(visit, error)
    return _admit(visit, provider, claims, note, taken)


def _admit(visit: Visit, provider: Provider, claims: Mapping[str, Any], note: Note, taken: Try) -> Response:
    with visit.desk.store.write() as connection:
        agent, reason = _agent(visit, connection, provider, claims)
        if agent:
            give_back(connection, [network_mark(visit)])
            passed = Passed(token=admit(visit, connection, agent, EntryWay.OIDC), agent=agent)
    if not agent:
        refuse(visit, f"oidc {reason}", None, taken)
        return login_page(visit, problem=f"entry.oidc_{reason}", status=403, provider=provider.settings.label)
    return let_in(visit, visit.go(note.then), passed)


def _agent(visit: Visit, connection: sa.Connection, provider: Provider, claims: Mapping[str, Any]) -> tuple[str, str]:
    """Who of us it is, or why nobody: "unverified", "unknown", "taken" (somebody else at the provider is that agent)."""
    issuer, subject = provider.settings.issuer, str(claims["sub"])
    agent = agent_of_subject(connection, issuer, subject)
    if agent is None:
        address = claims.get(provider.settings.claim)
        if provider.settings.claim == "email" and address and claims.get("email_verified") is not True:
            return "", "unverified"
        agent = agent_of_address(connection, address) if isinstance(address, str) and address else None
    settings = visit.desk.config.agents.get(agent) if agent else None
    if agent is None or settings is None or not settings.is_here(visit.desk.house.today(visit.now)):
        return "", "unknown"
    journal = Journal(now=visit.now, actor=agent)
    linked = link_subject(connection, agent, issuer, subject, journal=journal)
    return (agent, "") if linked else ("", "taken")


def _check_sender(iss: str | None, provider: Provider, visit: Visit) -> None:
    """Where the answer says who sends it, it must be who was asked (RFC 9207)."""
    if iss is not None and iss != provider.about(visit.now)["issuer"]:
        raise NotProven("issuer")


def _out_of_reach(visit: Visit, error: Exception) -> Response:
    log.warning("oidc_out_of_reach", problem=str(error))
    return login_page(visit, problem="entry.oidc_away", status=503)


def _provider(visit: Visit) -> Provider:
    settings = visit.desk.config.web.oidc
    if settings is None:
        raise NotFound
    return provider_of(settings, visit.desk.public_url)


def _cookie(desk: Desk) -> str:
    return f"{cookie_name(desk)}-oidc"


def _sealed(desk: Desk, note: Note, visit: Visit) -> str:
    until = int((visit.now + GOOD_FOR).timestamp())
    body = urlsafe_b64encode(json.dumps([note.state, note.then, until]).encode()).decode()
    return f"{body}.{_keyed(desk, f'note {body}')}"


def _unsealed(visit: Visit) -> Note | None:
    body, _, seal = visit.request.cookies.get(_cookie(visit.desk), "").partition(".")
    if not hmac.compare_digest(seal.encode(), _keyed(visit.desk, f"note {body}").encode()):
        return None
    state, then, until = json.loads(urlsafe_b64decode(body))
    if visit.now.timestamp() > until or not is_ours(then):
        return None
    return Note(state=state, then=then)


def _keyed(desk: Desk, what: str) -> str:
    return hmac.new(desk.house.installation.signing_key, f"oidc {what}".encode(), hashlib.sha256).hexdigest()
