"""Turns what goes wrong with Twilio into Ventanilla's own errors; knows no connection. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.twilio_phone.codes import OPTED_OUT, REFUSED_LOGIN, TOO_MANY, cure_of, in_words
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome, VentanillaError

_LOGIN = "check account_sid and auth_token; a new token counts at once, nothing needs a restart"
_NUMBERS = re.compile(r"\+?\d[\d\s-]{5,}\d")
_LONGEST_WAIT = 3600.0
# What requests and urllib3 raise before the first byte has left.
_NEVER_LEFT = frozenset({"ConnectTimeout", "ConnectTimeoutError", "NewConnectionError", "NameResolutionError"})


def refusal(
    status: int, body: object, headers: Mapping[str, str], *, what: str, wrote: bool = False
) -> VentanillaError:
    """The error for an answer that is not 2xx. `what` names whose it is, `wrote` that something was to be sent."""
    said = body if isinstance(body, dict) else {}
    code = said.get("code") if isinstance(said.get("code"), int) else None
    words = in_words(code) if code and not in_words(code).startswith("Twilio error") else _said(said, status, code)
    is_about_us = status in (401, 403, 429) or status >= 500 or code in REFUSED_LOGIN | TOO_MANY
    message = words if wrote and not is_about_us else f"{what}: {words}"
    if status == 429 or code in TOO_MANY:
        return Temporary(message, retry_after=_retry_after(headers))
    if status in (401, 403) or code in REFUSED_LOGIN:
        return LoginRefused(message, cure=cure_of(code) or _LOGIN)
    if status >= 500:
        maybe_done = wrote and status != 503
        return (Ambiguous if maybe_done else Temporary)(message, retry_after=_asked_wait(headers))
    return (Unwelcome if code == OPTED_OUT else Permanent)(message, cure=cure_of(code))


def unreachable(error: BaseException, *, host: str, wrote: bool = False) -> VentanillaError:
    """The error for a connection that failed: Ambiguous where something may have been done already, else Temporary."""
    if isinstance(error, VentanillaError):
        return error
    names = {type(each).__name__ for each in _chain(error)}
    if "SSLCertVerificationError" in names or ("SSLError" in names and not wrote):
        return Temporary(f"{host}: no trusted encrypted connection", cure="check this machine's clock and certificates")
    if names & {"NameResolutionError", "gaierror"}:
        return Temporary(f"the name {host} cannot be resolved", cure="check this machine's DNS")
    if names & _NEVER_LEFT:
        return Temporary(f"nobody answers at {host}", cure="check this machine's way out; a firewall may be in between")
    words = f"{host} did not answer in time" if names & {"ReadTimeout", "ReadTimeoutError"} else f"{host} broke off"
    return Ambiguous(words) if wrote else Temporary(words)


def without_numbers(text: str) -> str:
    """Twilio's words on one line, without telephone numbers in them."""
    return _NUMBERS.sub("…", re.sub(r"[\s\x00-\x1f\x7f]+", " ", text)).strip()[:300]


def _said(said: Mapping[str, Any], status: int, code: int | None) -> str:
    message = said.get("message")
    words = without_numbers(message) if isinstance(message, str) and message else f"it answered {status}"
    return f"{words} (Twilio {code})" if code else words


def _retry_after(headers: Mapping[str, str]) -> float:
    return _asked_wait(headers) or 5.0


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    try:
        return min(max(float(asked), 0.0), _LONGEST_WAIT)
    except ValueError:
        return None


def _chain(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """An error and what it was raised from or holds: the libraries wrap one another."""
    yield error
    inner = [*error.args, getattr(error, "reason", None), error.__cause__, error.__context__]
    for each in inner:
        if isinstance(each, BaseException) and depth < 5:
            yield from _chain(each, depth + 1)
