"""A real OpenID Connect provider on a free loopback port: discovery, authorization with PKCE, ID tokens signed with RS256."""

from __future__ import annotations

import base64
import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from desk.listening import listen
from desk.server import WebServer
from tests.servers.ports import free_port, wait_until


@dataclass
class OidcProvider:
    """Whoever is sent to `/authorize` is `claims` and agrees at once. `changes` are laid over what it signs; `signs_with` is the
    key, `shows` the keys that it publishes. `asked` holds the fields of every request for a token. What it `swells` (about, token,
    jwks, userinfo) has two megabytes more."""

    url: str
    client_id: str = "ventanilla"
    client_secret: str = "between us"
    claims: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)
    user_info: dict[str, Any] = field(default_factory=dict)
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    issuer: str = ""
    algorithm: str = "RS256"
    denies: bool = False
    swells: str = ""
    asked: list[dict[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.signs_with = _first_key()
        self.shows = [self.signs_with]
        self._codes: dict[str, dict[str, str]] = {}

    def app(self) -> Starlette:
        """As an application."""
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._about),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
                Route("/jwks", self._jwks),
                Route("/userinfo", self._user_info),
            ]
        )

    async def _about(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer or self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/jwks",
                "token_endpoint_auth_methods_supported": ["client_secret_basic"],
                **self._more("about"),
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == self.client_id
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        answer = {"error": "access_denied"} if self.denies else {"code": code, "iss": self.issuer or self.url}
        return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        fields = {name: str(value) for name, value in form.items()}
        self.asked.append(fields)
        asked = self._codes.pop(fields.get("code", ""), None)
        login = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        digest = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if request.headers.get("authorization") != f"Basic {login}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != fields["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": self._signed(asked)}
        return JSONResponse({**token, **self._more("token")})

    def _more(self, what: str) -> dict[str, str]:
        return {"more": "x" * 2_000_000} if self.swells == what else {}

    def _signed(self, asked: dict[str, str]) -> str:
        now = int(self.now.timestamp())
        about = {"iss": self.issuer or self.url, "aud": self.client_id, "iat": now, "exp": now + 300}
        claims = {**about, "nonce": asked["nonce"], **self.claims, **self.changes}
        header = {"alg": self.algorithm, "kid": self.signs_with.kid}
        return jwt.encode(header, claims, self.signs_with, algorithms=[self.algorithm])

    async def _jwks(self, request: Request) -> Response:
        keys = [{**key.as_dict(private=False), "use": "sig"} for key in self.shows]
        return JSONResponse({"keys": keys, **self._more("jwks")})

    async def _user_info(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer access"
        return JSONResponse({**self.user_info, **self._more("userinfo")})


def new_key() -> RSAKey:
    """A key to sign with, under a name of its own."""
    return RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}, private=True)


@cache
def _first_key() -> RSAKey:
    return new_key()


@contextmanager
def started_oidc_provider() -> Iterator[OidcProvider]:
    """Until the block ends."""
    port = free_port()
    provider = OidcProvider(url=f"http://127.0.0.1:{port}")
    server = WebServer(provider.app(), listen(f"127.0.0.1:{port}"))
    thread = threading.Thread(target=server.run, name="provider")
    thread.start()
    try:
        wait_until(lambda: server.has_started, what="the provider")
        yield provider
    finally:
        server.stop()
        thread.join(timeout=10)
