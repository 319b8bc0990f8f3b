"""One OpenID Connect provider: where it sends people, and who it says has come back. Believes what it has signed. Stores nothing.

OpenID Connect Core 1.0 (authorization code flow), Discovery 1.0, PKCE (RFC 7636), `iss` in the answer (RFC 9207).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from config.oidc import OidcSettings
from config.servers import is_loopback
from desk.entry.bounded import TooMuch, bound_answers
from ventanilla.errors import LoginRefused, Temporary

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""What a provider may sign with: its own keys. Never "none", and no secret that we share."""
PATIENCE = (5.0, 10.0)
"""Seconds to connect, and to answer."""
KEPT = timedelta(hours=1)
ASK_KEYS_EVERY = timedelta(minutes=1)
LEEWAY = 60
"""Seconds by which two clocks may differ."""


class NotProven(Exception):
    """The provider's answer does not prove who has come. `reason` is a short code for the log, never what was sent."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Provider:
    """A provider, and what it said of itself, kept for an hour. Safe to share between threads."""

    settings: OidcSettings
    back: str
    _about: tuple[datetime, Mapping[str, Any]] | None = None
    _keys: tuple[datetime, KeySet] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def way_there(self, *, state: str, nonce: str, verifier: str, now: datetime) -> str:
        """Where to send a browser. Raises Temporary when the provider is out of reach."""
        endpoint = self._endpoint("authorization_endpoint", now)
        with self._session(now) as session:
            url, _ = session.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        return str(url)

    def who(self, *, code: str, nonce: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        """What the provider says of whoever came back with this code: at least `sub`. Raises NotProven, and Temporary when it is
        out of reach."""
        with self._session(now) as session:
            token = self._token(session, code, verifier, now)
            claims = self._claims(str(token.get("id_token") or ""), nonce, now)
            if self.settings.claim in claims or "userinfo_endpoint" not in self.about(now):
                return claims
            return {**self._user_info(session, str(claims["sub"]), now), **claims}

    def about(self, now: datetime) -> Mapping[str, Any]:
        """What stands at the issuer's well-known address. Raises Temporary, and LoginRefused when it is another's."""
        with self._lock:
            if self._about is None or now - self._about[0] > KEPT:
                issuer = self.settings.issuer
                told = self._get(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
                if str(told.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
                    raise LoginRefused(
                        f"web.oidc.issuer: {issuer} calls itself {str(told.get('issuer'))[:200]!r}",
                        cure="write the issuer as the provider does",
                    )
                self._about = (now, told)
            return self._about[1]

    def _endpoint(self, name: str, now: datetime) -> str:
        url = str(self.about(now).get(name, ""))
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
            raise LoginRefused(f"web.oidc: the provider's {name} is no https address", cure="ask the provider")
        return url

    def _token(self, session: OAuth2Session, code: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        endpoint = self._endpoint("token_endpoint", now)
        try:
            token: Mapping[str, Any] = session.fetch_token(
                endpoint, code=code, code_verifier=verifier, timeout=PATIENCE, grant_type="authorization_code"
            )
        except requests.RequestException as error:
            raise _away(error) from None
        except (AuthlibBaseError, ValueError):
            raise NotProven("code") from None
        return token

    def _claims(self, id_token: str, nonce: str, now: datetime) -> dict[str, Any]:
        client = self.settings.client_id
        issuer = str(self.about(now)["issuer"])
        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        claims = self._signed(id_token, now)
        try:
            wanted.validate(claims)
        except JoseError:
            raise NotProven("claims") from None
        others = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if claims.get("azp", client) != client or (len(others) > 1 and "azp" not in claims):
            raise NotProven("audience")
        return claims

    def _signed(self, id_token: str, now: datetime) -> dict[str, Any]:
        """What the token says, once its signature holds; keys that we have not seen are asked for once."""
        for is_new in (False, True):
            keys = self._key_set(now, anew=is_new)
            try:
                return dict(jwt.decode(id_token, keys, algorithms=list(ALGORITHMS)).claims)
            except (JoseError, ValueError):
                if is_new:
                    raise NotProven("signature") from None
        raise NotProven("signature")

    def _key_set(self, now: datetime, *, anew: bool) -> KeySet:
        endpoint = self._endpoint("jwks_uri", now)
        with self._lock:
            oldest = ASK_KEYS_EVERY if anew else KEPT
            if self._keys is None or now - self._keys[0] > oldest:
                told = self._get(endpoint)
                try:
                    self._keys = (now, KeySet.import_key_set({"keys": _usable(told)}))
                except (JoseError, ValueError, TypeError, KeyError):
                    raise NotProven("keys") from None
            return self._keys[1]

    def _user_info(self, session: OAuth2Session, subject: str, now: datetime) -> dict[str, Any]:
        endpoint = self._endpoint("userinfo_endpoint", now)
        try:
            answer = session.get(endpoint, timeout=PATIENCE, allow_redirects=False)
            told = answer.json() if answer.ok else {}
        except requests.RequestException as error:
            raise _away(error) from None
        except (AuthlibBaseError, ValueError):
            told = {}
        return told if isinstance(told, dict) and told.get("sub") == subject else {}

    def _session(self, now: datetime) -> OAuth2Session:
        settings = self.settings
        secret = settings.client_secret.reveal() if settings.client_secret is not None else None
        known = self.about(now).get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        method = "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"
        session = OAuth2Session(
            settings.client_id,
            secret,
            token_endpoint_auth_method=method if secret else "none",
            scope=" ".join(settings.scopes),
            redirect_uri=self.back,
            code_challenge_method="S256",
            leeway=0,
        )
        bound_answers(session)
        session.trust_env = not is_loopback(urlsplit(settings.issuer).hostname or "")
        return session

    def _get(self, url: str) -> dict[str, Any]:
        with requests.Session() as session:
            bound_answers(session)
            session.trust_env = not is_loopback(urlsplit(url).hostname or "")
            try:
                answer = session.get(url, timeout=PATIENCE, allow_redirects=False)
                answer.raise_for_status()
                told = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise _away(error) from None
        if not isinstance(told, dict):
            raise Temporary("web.oidc: the provider's answer is no JSON object", retry_after=60)
        return told


@cache
def provider_of(settings: OidcSettings, public_url: str) -> Provider:
    """This process's one provider by these settings."""
    return Provider(settings, f"{public_url}/oidc/back")


def _usable(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The keys that sign; those of kinds that we do not know are passed over."""
    keys = [key for key in told.get("keys", ()) if isinstance(key, dict)]
    return [key for key in keys if key.get("use", "sig") == "sig" and key.get("kty") in ("RSA", "EC", "OKP")]


def _away(error: Exception) -> Temporary:
    if isinstance(error, TooMuch):
        return Temporary(f"web.oidc: the provider's answer is given up: {error}", retry_after=60)
    return Temporary(f"web.oidc: the provider does not answer: {type(error).__name__}", retry_after=10)
