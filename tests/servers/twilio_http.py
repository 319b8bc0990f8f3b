"""How the test server of Twilio's API speaks HTTP: basic auth, redirects to where files lie, answers that get lost."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.servers.twilio_api import TwilioServer


class HttpServer(ThreadingHTTPServer):
    """Comes back on its port at once."""

    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ended is no news."""


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet
    server_of: TwilioServer

    def send(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def setup(self) -> None:
        super().setup()
        self.server_of.connections.add(self.connection)

    def finish(self) -> None:
        self.server_of.connections.discard(self.connection)
        super().finish()

    def log_message(self, *_: object) -> None:
        """Nothing is written down."""


class Api(_Quiet):
    """Twilio's API."""

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self._serve("GET", parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields: dict[str, str] = {}
        for name, value in parse_qsl(
            body, keep_blank_values=True
        ):  # a field that comes twice (MediaUrl): all, with spaces
            fields[name] = f"{fields[name]} {value}" if name in fields else value
        self._serve("POST", self.path, fields)

    def _serve(self, method: str, path: str, fields: dict[str, str]) -> None:
        server = self.server_of
        server.asked.append((method, path, fields))
        if server.planned:
            return self._json(*server.planned.pop(0))
        status, answer = server.answer(method, path, fields, self.headers.get("Authorization"))
        sid = path.rpartition("/")[2].removesuffix(".mp3")
        if sid in server.files and status == 404:  # it is not in this place, but there is such a file
            at = server.media_url or server.media_address
            return self._json(307, {}, {"Location": f"{at}/{sid}"})
        if method == "POST" and server.silent_posts > 0:
            server.silent_posts -= 1
            self.connection.recv(1)  # until whoever asked has gone
            return None
        if method == "POST" and status == 201 and server.lost_answers > 0:
            server.lost_answers -= 1
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if server.trickles > 0:
            server.trickles -= 1
            return self._trickle(json.dumps(answer).encode())
        return self._json(status, answer, {})

    def _trickle(self, content: bytes) -> None:
        """A byte now and then, for as long as anybody listens."""
        trickle(self, content)

    def _json(self, status: int, answer: dict[str, Any], headers: Mapping[str, str]) -> None:
        date = format_datetime(datetime.now(UTC) + self.server_of.clock_off, usegmt=True)
        self.send(status, json.dumps(answer).encode(), {"Date": date, **headers})


class Media(_Quiet):
    """Where files lie."""

    def do_GET(self) -> None:
        self.server_of.media_asked.append({name.lower(): value for name, value in self.headers.items()})
        if self.path.lstrip("/") not in self.server_of.files:
            return self.send(403, b"AccessDenied", {})
        content_type, content = self.server_of.files[self.path.lstrip("/")]
        if self.server_of.media_trickles:
            return trickle(self, content)
        return self.send(200, content, {"Content-Type": content_type})


def trickle(handler: BaseHTTPRequestHandler, content: bytes) -> None:
    """The head at once, then never more than a byte every few milliseconds, and never the end."""
    handler.send_response_only(200)
    handler.send_header("Content-Length", str(len(content) + 10_000_000))
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)


def handler_of(kind: type[_Quiet], server: TwilioServer) -> type[_Quiet]:
    """A handler for one server."""
    return type(kind.__name__, (kind,), {"server_of": server})
