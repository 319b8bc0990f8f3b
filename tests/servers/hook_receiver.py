"""A program that takes outbound webhooks, on loopback: what it got, and what it answers."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Receiver:
    """`answer` says what the next calls get: a status, or what makes one. `location` goes with it."""

    port: int = 0
    answer: int | Callable[[dict[str, Any]], int] = 200
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks?from=desk"

    def verified(self, secret: str, number: int = -1) -> Any:
        """What a call said, as the library of Standard Webhooks reads it. Raises where its signature is not right."""
        headers, body = self.calls[number]
        return Webhook(secret).verify(body, headers)

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.calls]


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver until the block ends; `port` 0: a free one."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            told = json.loads(body)
            status = receiver.answer if isinstance(receiver.answer, int) else receiver.answer(told)
            if 200 <= status < 300:
                receiver.taken.append(told)
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, name="receiver")
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
