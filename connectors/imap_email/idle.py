"""Waits until an IMAP server says that its folder changed (IDLE, RFC 2177), time is up or somebody else calls.

The library's own `idle_check` answers "nothing" at once and for ever on a closed connection, and does not see what came in
the same packet as the server's go-ahead; so the lines are read here.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import time
from typing import Any

from imapclient import IMAPClient

LONGEST_SECONDS = 240.0
"""Routers forget a silent connection after five minutes or more; servers hang up after thirty."""

_ANSWER_SECONDS = 20.0
_CHANGES = (b" EXISTS", b" RECENT", b" EXPUNGE")


class IdleRefused(Exception):
    """The server does not want to be waited for in this way; looking now and then still works."""


class Bell:
    """Wakes a thread that waits; rung from any thread, and a ring before the wait counts."""

    def __init__(self) -> None:
        self._inside, self._outside = socket.socketpair()
        self._inside.setblocking(False)
        self._outside.setblocking(False)

    def fileno(self) -> int:
        """For poll: readable when it was rung."""
        return self._inside.fileno()

    def ring(self) -> None:
        """Twice is as good as once; after `close` it does nothing."""
        with contextlib.suppress(OSError):
            self._outside.send(b"!")

    def hush(self) -> None:
        """Forget that it was rung."""
        with contextlib.suppress(OSError):
            self._inside.recv(4096)

    def wait(self, seconds: float) -> bool:
        """Whether it was rung within `seconds`; at once when it is closed."""
        if self.fileno() < 0:
            return True
        rung = bool(_readable([self.fileno()], seconds))
        if rung:
            self.hush()
        return rung

    def close(self) -> None:
        """Twice does no harm."""
        self._inside.close()
        self._outside.close()


def forget_what_was_told(client: IMAPClient) -> None:
    """Before a search, which will see all that the server has told of so far."""
    client._imap.untagged_responses.pop("EXISTS", None)


def was_told_meanwhile(client: IMAPClient) -> bool:
    """Whether the server told of new mail in its answer to another command since then: IDLE will not tell of it again."""
    return "EXISTS" in client._imap.untagged_responses


def idle(client: IMAPClient, bell: Bell, seconds: float) -> bool:
    """Wait for at most `seconds`; whether the server hinted at something new. The connection is ready for commands then.

    Raises IdleRefused, and what the library raises when the connection is gone, EOF too; it is of no more use then.
    """
    end = time.monotonic() + min(seconds, LONGEST_SECONDS)
    connection = client.socket()
    tag = client._imap._command("IDLE")
    try:
        connection.settimeout(min(_ANSWER_SECONDS, client._timeout.read))
        hinted = _read_go_ahead(client._imap, tag)
        while not hinted and (left := end - time.monotonic()) > 0:
            if not _has_line(client._imap, connection):
                ready = _readable([connection.fileno(), bell.fileno()], left)
                if bell.fileno() in ready:
                    bell.hush()
                    break
                if not ready:
                    break
            hinted = _is_change(client._imap._get_line())
        client._idle_tag = tag
        _, rest = client.idle_done()
        return hinted or any(_is_news(answer) for answer in rest)
    finally:
        client._set_read_timeout()


def _read_go_ahead(imap: Any, tag: bytes) -> bool:
    """Read up to the `+` that begins IDLE; whether a change was told before it. Raises IdleRefused."""
    hinted = False
    while True:
        line: bytes = imap._get_line()
        if line.startswith(b"+"):
            return hinted
        if line.startswith(tag + b" "):
            raise IdleRefused
        hinted = hinted or _is_change(line)


def _has_line(imap: Any, connection: socket.socket) -> bool:
    """Whether something was received already that a look at the socket would not show."""
    if isinstance(connection, ssl.SSLSocket) and connection.pending():
        return True
    buffered = getattr(imap, "_readbuf", None)  # Python 3.14
    if buffered is not None:
        return bool(buffered)
    before = connection.gettimeout()
    connection.settimeout(0)
    try:
        return bool(imap.file.peek(1))
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        connection.settimeout(before)


def _is_change(line: bytes) -> bool:
    if line.startswith(b"* BYE"):
        raise ConnectionResetError("the server said goodbye")
    return line.startswith(b"* ") and line.upper().rstrip().endswith(_CHANGES)


def _is_news(answer: Any) -> bool:
    return len(answer) > 1 and answer[1] in (b"EXISTS", b"RECENT", b"EXPUNGE")


def _readable(files: list[int], seconds: float) -> list[int]:
    poller = select.poll()
    for file in files:
        poller.register(file, select.POLLIN)
    return [file for file, _ in poller.poll(max(0, int(seconds * 1000) + 1))]
