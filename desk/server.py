"""Runs the web side on one socket: bounded in connections and in patience, silent about who it is. Knows no address in it."""

from __future__ import annotations

import asyncio
import logging
import socket
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desk.listening import BACKLOG

READ_WITHIN = 10.0
"""Seconds in which a whole request must have come, from its first byte (of a new connection: from its beginning)."""
MOST_CONNECTIONS = 256
KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than the usual proxy keeps it, so that it is the proxy who closes."""
GRACE = 4


class WebServer:
    """Serves one application on one socket, in whatever thread calls `run`, until `stop`."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        logging.getLogger("uvicorn").setLevel(logging.ERROR)  # anybody may send nonsense: it is not news
        self._listener = listener
        self._server = uvicorn.Server(
            uvicorn.Config(
                app,
                http=PatientProtocol,
                ws="none",
                loop="asyncio",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=GRACE,
                backlog=BACKLOG,
            )
        )

    @property
    def has_started(self) -> bool:
        """Whether it answers by now."""
        return self._server.started

    def run(self) -> None:
        """Until `stop`; what is being answered then has 4 s to end."""
        self._server.run(sockets=[self._listener])

    def stop(self) -> None:
        """Make `run` end soon, from another thread."""
        self._server.should_exit = True


class PatientProtocol(H11Protocol):
    """uvicorn's own, but a request that trickles in is cut off: it would hold its connection for ever."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._watch()
        else:
            self._unwatch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(READ_WITHIN, self.transport.abort)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
