"""Speaks OAuth 2 with one token server (RFC 6749, 8628); keeps nothing and knows no mailbox.

Secrets go to the configured addresses only: over TLS (or to this machine), and a redirect is an error, never followed.
"""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPMessage
from typing import IO, Any
from urllib.parse import urlencode, urlsplit

from config.email import OAuth2
from config.servers import is_loopback
from connectors.imap_email.refusals import plain
from ventanilla.errors import LoginRefused, Temporary

_SECONDS = 20.0
_LONGEST_ANSWER = 1024 * 1024
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """What a token server gave. `lifetime` is in seconds from when it was asked; an hour where it does not say."""

    access_token: str = field(repr=False)
    lifetime: float
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """What to show to whoever logs in: open `address` in any browser and type `code`. Both die after `lifetime` seconds."""

    address: str
    code: str
    lifetime: float
    interval: float
    device_code: str = field(repr=False)


class Declined(Exception):
    """The token server answered with an error code of its own (RFC 6749, 5.2)."""

    def __init__(self, code: str, words: str) -> None:
        self.code = code
        super().__init__(words)


class TokenServer:
    """The token server of one channel. `again` is the command that gets a person's consent anew."""

    def __init__(self, settings: OAuth2, *, again: str) -> None:
        self._settings = settings
        self.again = again

    @property
    def address(self) -> str:
        """Where tokens come from; LoginRefused when the settings do not say."""
        return self._need(self._settings.token_url, "token_url")

    @property
    def client_id(self) -> str:
        """Who asks for them."""
        return self._settings.client_id

    def by_credentials(self) -> Granted:
        """A token for the application itself. Raises LoginRefused, Temporary."""
        return self._grant({"grant_type": "client_credentials", **self._scope()})

    def by_refresh(self, refresh_token: str) -> Granted:
        """A new token by an old consent; it may come with another refresh token. Raises LoginRefused, Temporary."""
        return self._grant({"grant_type": "refresh_token", "refresh_token": refresh_token, **self._scope()})

    def begin_device(self) -> Prompt:
        """Ask for a code that a person types into a browser. Raises LoginRefused, Temporary."""
        url = self._need(self._settings.device_url, "device_url")
        fields = {"client_id": self.client_id, **self._scope()}
        answer = self._ask(lambda: _post(url, fields))
        try:
            return Prompt(
                # Google says verification_url.
                address=str(answer.get("verification_uri") or answer["verification_url"]),
                code=str(answer["user_code"]),
                lifetime=float(answer.get("expires_in", 900)),
                interval=float(answer.get("interval", 5)),
                device_code=str(answer["device_code"]),
            )
        except (KeyError, ValueError) as error:
            raise Temporary(f"{_host(url)} answered without a code to show") from error

    def by_device(self, prompt: Prompt) -> Granted:
        """The token once the person has typed the code. Raises Declined (`authorization_pending`, `slow_down`, …)."""
        fields = {"grant_type": DEVICE_GRANT, "device_code": prompt.device_code, **self._who()}
        return _granted(_post(self.address, fields), self.address)

    def refusal(self, declined: Declined) -> LoginRefused:
        """What to raise for an error code that asking again will not mend."""
        message = f"{_host(self.address)} gave no token: {declined}"
        return LoginRefused(message, cure=_cure(declined, self.again))

    def _grant(self, fields: Mapping[str, str]) -> Granted:
        return _granted(self._ask(lambda: _post(self.address, {**fields, **self._who()})), self.address)

    def _ask(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        try:
            return ask()
        except Declined as declined:
            raise self.refusal(declined) from declined

    def _who(self) -> dict[str, str]:
        secret = self._settings.client_secret
        return {"client_id": self.client_id} | ({} if secret is None else {"client_secret": secret.reveal()})

    def _scope(self) -> dict[str, str]:
        return {"scope": " ".join(self._settings.scopes)} if self._settings.scopes else {}

    def _need(self, value: str | None, key: str) -> str:
        if value is None:
            raise LoginRefused(f"oauth2.{key} is not set", cure=f"set oauth2.{key}, or name the channel's provider")
        return value


def _granted(answer: Mapping[str, Any], url: str) -> Granted:
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise Temporary(f"{_host(url)} answered without a token")
    refresh = answer.get("refresh_token")
    try:
        lifetime = float(answer.get("expires_in", 3600))
    except (TypeError, ValueError):
        lifetime = 3600.0
    return Granted(access_token=token, lifetime=lifetime, refresh_token=str(refresh) if refresh else None)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A secret never follows a redirect."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """Refuse; the answer itself is then the error."""


def _post(url: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """The JSON answer to a form. Raises Declined for an error in it, Temporary for trouble on the way."""
    host = _host(url)
    request = _request(url, fields)
    # A proxy of the environment does not reach this machine's own servers.
    proxies = [urllib.request.ProxyHandler({})] if is_loopback(urlsplit(url).hostname or "") else []
    try:
        with urllib.request.build_opener(_NoRedirect, *proxies).open(request, timeout=_SECONDS) as answer:
            return _json(answer.read(_LONGEST_ANSWER), host)
    except urllib.error.HTTPError as error:
        with error:
            raise _explain(error, host) from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise Temporary(f"{host} could not be asked for a token: {plain(str(reason))}") from error


def _request(url: str, fields: Mapping[str, str]) -> urllib.request.Request:
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise LoginRefused(f"{url} is not https: secrets would travel readable", cure="use an address with https://")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return urllib.request.Request(url, data=urlencode(fields).encode(), headers=headers, method="POST")  # noqa: S310


def _explain(error: urllib.error.HTTPError, host: str) -> Exception:
    if error.code == 429 or error.code >= 500:
        wait = error.headers.get("Retry-After", "")
        return Temporary(f"{host} is busy (HTTP {error.code})", retry_after=float(wait) if wait.isdigit() else None)
    if 300 <= error.code < 400:
        return LoginRefused(
            f"{host} redirects (HTTP {error.code})", cure="set token_url to the address it redirects to"
        )
    try:
        answer = _json(error.read(_LONGEST_ANSWER), host)
    except (Declined, Temporary) as reason:
        return reason
    return Declined("", f"HTTP {error.code} {plain(json.dumps(answer))}")


def _json(body: bytes, host: str) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise Temporary(f"{host} did not answer in JSON") from None
    if not isinstance(answer, dict):
        raise Temporary(f"{host} did not answer with a JSON object")
    if "error" in answer:
        code = str(answer["error"])
        raise Declined(code, plain(f"{code}: {answer.get('error_description') or 'no description'}"))
    return answer


def _host(url: str) -> str:
    return urlsplit(url).hostname or url


_CURES = (
    # https://learn.microsoft.com/entra/identity-platform/reference-error-codes
    (
        "AADSTS7000222",
        "the client secret has expired: make another in the app's registration and put it in client_secret",
    ),
    ("AADSTS7000215", "client_secret is wrong: it wants the secret's value, not its id"),
    ("AADSTS700016", "client_id is not known in this tenant: check both"),
    ("AADSTS90002", "there is no such tenant: check oauth2.tenant"),
    ("AADSTS65001", "an administrator of the tenant must consent to the app's permissions"),
    ("AADSTS7000218", 'switch on "Allow public client flows" in the app\'s registration, or set client_secret'),
    ("invalid_client", "check client_id and client_secret"),
    ("unauthorized_client", "the app may not use this flow: allow it in its registration, or change oauth2.flow"),
    ("invalid_scope", "check oauth2.scopes"),
)


def _cure(declined: Declined, again: str) -> str:
    for sign, cure in _CURES:
        if sign in str(declined):
            return cure
    return f"run `{again}`"
