"""Bounds the whole time that one HTTP exchange may take: a server that trickles would hold its caller for ever.

The library's own timeout counts anew with each byte. Here the connection is cut when the time is over, whatever it was doing.
"""

from __future__ import annotations

import socket
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any


class Patience:
    """The connections of one HTTP session, which one thread uses at a time."""

    def __init__(self) -> None:
        self._sockets: weakref.WeakSet[Any] = weakref.WeakSet()

    def watch(self, session: Any) -> None:
        """Know the connections that this session (requests) opens from now on."""
        adapter = _adapter(self._sockets.add)
        session.mount("https://", adapter)
        session.mount("http://", adapter)

    @contextmanager
    def at_most(self, seconds: float) -> Iterator[None]:
        """What is read within must be over by then; else it breaks off as a lost connection does."""
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        for each in list(self._sockets):
            with suppress(OSError):
                socket.socket.shutdown(each, socket.SHUT_RDWR)  # under TLS too: no goodbye, no wait


def _adapter(note: Any) -> Any:
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            super().init_poolmanager(*args, **kwargs)
            self.poolmanager.pool_classes_by_scheme = {
                "http": _noting(HTTPConnectionPool, note),
                "https": _noting(HTTPSConnectionPool, note),
            }

    return Adapter()


def _noting(pool: Any, note: Any) -> Any:
    class Connection(pool.ConnectionCls):  # type: ignore[misc]
        def connect(self) -> None:
            super().connect()
            note(self.sock)

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
