"""One HTTP call: no redirect, no proxy, bounded in time and in what is read. Knows nothing of webhooks."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from ventanilla.errors import Temporary

SECONDS = 10.0
"""For each sign of life; the whole has half as much again."""
_WHOLE = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The status and how long to wait, where the other side says so in seconds. Its body is not read."""

    status: int
    retry_after: float | None = None


def post(url: str, body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> Answer:
    """Send it and read the answer's head. Raises Temporary."""
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, seconds)
    watch = threading.Timer(seconds * _WHOLE, _cut, [connection])
    watch.daemon = True
    try:
        connection.connect()
        watch.start()
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(status=answer.status, retry_after=_seconds(answer.getheader("retry-after")))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Temporary(f"{parts.hostname}: {_said(error)}") from None
    finally:
        watch.cancel()
        connection.close()


def _connection(scheme: str, host: str, port: int | None, seconds: float) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=seconds, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=seconds)


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a call whose answer trickles in."""
    with suppress(OSError, AttributeError):
        connection.sock.shutdown(socket.SHUT_RDWR)


def _seconds(written: str | None) -> float | None:
    return float(written) if written and written.isascii() and written.isdigit() and len(written) < 7 else None


def _said(error: Exception) -> str:
    """What went wrong, in few words: nothing of what the other side sent."""
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not accepted ({error.verify_message})"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"no proper answer ({type(error).__name__})"
