"""Gets a person's consent on a machine without a browser (device code, RFC 8628) and keeps the tokens; prints nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

from config.email import OAuth2
from connectors.imap_email.oauth import Declined, Granted, Prompt, TokenServer
from connectors.imap_email.tokens import KeptTokens
from ventanilla.errors import LoginRefused, Temporary

_SLOWER_BY = 5.0
_LONGEST_INTERVAL = 60.0


def kept_tokens(settings: OAuth2, *, name: str, folder: Path) -> KeptTokens:
    """The tokens of the channel called `name`, in `folder`."""
    server = TokenServer(settings, again=f"ventanilla login {name}")
    return KeptTokens(folder / f"{quote(name, safe='')}.json", server, refreshes=settings.flow == "device")


def log_in(
    settings: OAuth2,
    *,
    name: str,
    folder: Path,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Prompt]:
    """Yield what to show (once in the device flow, never with client_credentials); when it ends, the tokens are kept.

    Raises LoginRefused (said no, took too long, wrong client, …) and Temporary; what was kept before stays then.
    """
    server = TokenServer(settings, again=f"ventanilla login {name}")
    if settings.flow == "client_credentials":
        granted = server.by_credentials()
    else:
        prompt = server.begin_device()
        end = clock() + prompt.lifetime
        yield prompt
        granted = _wait_for_person(server, prompt, end=end, sleep=sleep, clock=clock)
    kept_tokens(settings, name=name, folder=folder).keep(granted)


def _wait_for_person(
    server: TokenServer, prompt: Prompt, *, end: float, sleep: Callable[[float], None], clock: Callable[[], float]
) -> Granted:
    """Ask as often as the server likes to be asked, and no longer than its code lives."""
    interval = prompt.interval
    while clock() < end:
        sleep(interval)
        try:
            return server.by_device(prompt)
        except Temporary:
            interval = min(interval * 2, _LONGEST_INTERVAL)
        except Declined as declined:
            interval = _next_interval(server, declined, interval)
    raise _too_late(server)


def _next_interval(server: TokenServer, declined: Declined, interval: float) -> float:
    """How long to wait before asking again; raises LoginRefused where asking again is no use."""
    if declined.code == "authorization_pending":
        return interval
    if declined.code == "slow_down":
        return interval + _SLOWER_BY
    if declined.code == "expired_token":
        raise _too_late(server)
    if declined.code == "access_denied":
        raise LoginRefused("the login was refused in the browser", cure=f"run `{server.again}` and allow it")
    raise server.refusal(declined)


def _too_late(server: TokenServer) -> LoginRefused:
    return LoginRefused("the code was not typed in time", cure=f"run `{server.again}` again and type the new code")
