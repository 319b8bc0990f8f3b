"""Runs the web side on one socket: bounded in connections and in patience, silent about who it is. Knows no address in it."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desk.listening import BACKLOG

READ_WITHIN = 10.0
"""Seconds in which a whole request must have come, from its first byte (of a new connection: from its beginning), unless it comes
faster than SLOWEST."""
SLOWEST = 32 * 1024
"""Bytes a second; whoever sends faster has longer: an answer's files may take minutes over a telephone's line. How much anybody may
send at all is said by each address."""
MOST_CONNECTIONS = 2048
"""Each of 200 people holds a stream of news while a page is open, and without a proxy their browser keeps up to six connections for
75 s after its last page: 1,200. Not many more, since each may hold a request's head in memory. Beyond it everybody is told to come
again."""
SPARE_FILES = 256
"""Open files of the process that are no connections: store, blobs, logs, queue."""
GONE_AFTER = 30
"""Seconds after which somebody who acknowledges nothing is gone: what is written to a sleeping laptop would keep its stream for a
quarter of an hour."""
ENDLESS = "ventanilla.endless"
"""Set in a request's scope: its answer has no end of its own, so that nobody waits for it when the process stops."""
KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than the usual proxy keeps it, so that it is the proxy who closes."""
GRACE = 4


class WebServer:
    """Serves one application on one socket, in whatever thread calls `run`, until `stop`."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        most = _allow_connections()
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
                limit_concurrency=most,
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
    _since = 0.0
    _came = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        _notice_the_dead(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state in (h11.IDLE, h11.SEND_BODY):
            self._watch()
            self._came += len(data)
        else:
            self._unwatch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unwatch()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """The process stops. An answer without an end is cut here; its browser comes back by itself."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and self.cycle.scope.get(ENDLESS):
            self.transport.abort()

    def _watch(self) -> None:
        if self._deadline is None:
            self._since, self._came = self.loop.time(), 0
            self._deadline = self.loop.call_later(READ_WITHIN, self._cut_if_slow)

    def _cut_if_slow(self) -> None:
        left = self._since + READ_WITHIN + self._came / SLOWEST - self.loop.time()
        if left <= 0:
            self.transport.abort()
        else:
            self._deadline = self.loop.call_later(left, self._cut_if_slow)

    def _unwatch(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def _allow_connections() -> int:
    """Let this process open as many files as so many connections need, as far as the system allows; how many it may have then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return MOST_CONNECTIONS if soft == resource.RLIM_INFINITY else max(64, min(MOST_CONNECTIONS, soft - SPARE_FILES))


def _notice_the_dead(transport: asyncio.BaseTransport) -> None:
    """Where the system can (Linux: TCP_USER_TIMEOUT, milliseconds), what is sent and not acknowledged ends the connection."""
    connection = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_USER_TIMEOUT", None)
    if connection is not None and option is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, option, GONE_AFTER * 1000)
