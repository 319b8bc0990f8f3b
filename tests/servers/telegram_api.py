"""A Bot API server on a free loopback port that speaks Telegram's wire format: statuses, error bodies, long polling, files.

It keeps what it was told until it is confirmed, dies without a goodbye when killed, and has everything it had when it returns.
"""

from __future__ import annotations

import email
import json
import socket
import threading
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.servers.telegram_bot import ApiError, TelegramBot, Upload


class TelegramApi:
    """Started with `start`, ended with `stop`; `with TelegramApi() as server:` does both. Serves the one bot `bot`.

    `planned` are answers, (status, body) by method, that come once each before the bot answers; a status of 0 hangs up without
    an answer. `lost_answers` are how many calls of a method are done and not answered. A `redirect` sends downloads elsewhere;
    `trickle` is how many seconds each of their bytes takes. `running` are all that run now, by their address.
    """

    running: ClassVar[dict[str, TelegramApi]] = {}

    def __init__(self, token: str = "7000001:AAF-a_secret-that-nobody-may-read12") -> None:
        self.bot = TelegramBot(token)
        self.planned: dict[str, list[tuple[int, Any]]] = {}
        self.lost_answers: Counter[str] = Counter()
        self.redirect: str | None = None
        self.downloads: list[str] = []
        self.trickle = 0.0
        self._port = 0
        self._http: _Server | None = None

    @property
    def token(self) -> str:
        return self.bot.token

    @property
    def url(self) -> str:
        """What goes into `api_url`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> TelegramApi:
        """Returns once it listens: on the port of before, if there was one."""
        self.bot.is_down = False
        self._http = _Server(("127.0.0.1", self._port), self._handler())
        self._port = self._http.server_address[1]
        self.running[self.url] = self
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Without a goodbye to those connected. Twice does no harm."""
        if self._http is not None:
            self.running.pop(self.url, None)
            self.bot.go_down()
            self._http.shutdown()
            self._http.server_close()
            self._http.hang_up()
            self._http = None

    def __enter__(self) -> TelegramApi:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def answer(self, path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        """The status and the body for one call; status 0 for none at all."""
        _, _, rest = path.partition("/bot")
        token, _, method = rest.partition("/")
        planned = self.planned.get(method)
        if planned:
            self.bot.note(method, fields)
            return planned.pop(0)
        try:
            result = self.bot.call(token, method, fields)
        except ApiError as error:
            return error.code, error.body
        if self.lost_answers[method]:
            self.lost_answers[method] -= 1
            return 0, b""
        return 200, {"ok": True, "result": result}

    def download(self, token: str, path: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers for a file."""
        self.downloads.append(path)
        if self.redirect is not None:
            return 302, b"", {"Location": self.redirect}
        if token != self.bot.token:
            return 401, b'{"ok":false,"error_code":401,"description":"Unauthorized"}', {}
        if path not in self.bot.files:
            return 404, b'{"ok":false,"error_code":404,"description":"Not Found"}', {}
        return 200, self.bot.files[path], {"Content-Type": "application/octet-stream"}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = (
                True  # an answer is two writes: the second would wait for the first to be acknowledged
            )

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                parts = urlsplit(self.path)
                fields = _fields(self.headers.get("Content-Type", ""), body, parts.query)
                self._answer(*outer.answer(unquote(parts.path), fields))

            def do_GET(self) -> None:
                if self.path.startswith("/file/bot"):
                    self._download()
                else:
                    self.do_POST()

            def _download(self) -> None:
                _, _, rest = unquote(self.path).partition("/file/bot")
                self._send(*outer.download(*rest.split("/", 1)))

            def _answer(self, status: int, body: Any) -> None:
                if status == 0:
                    self.close_connection = True
                    return
                raw = body if isinstance(body, bytes) else json.dumps(body).encode()
                self._send(status, raw, {"Content-Type": "application/json"})

            def _send(self, status: int, raw: bytes, headers: dict[str, str]) -> None:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                if outer.trickle and self.path.startswith("/file/"):
                    for byte in raw:
                        self.wfile.write(bytes([byte]))
                        time.sleep(outer.trickle)
                else:
                    self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._connected: set[socket.socket] = set()
        super().__init__(*arguments)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, address = super().get_request()
        self._connected.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        self._connected.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._connected):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: Any) -> None:
        """Somebody hung up in the middle: so it goes."""


def _fields(content_type: str, body: bytes, query: str) -> dict[str, Any]:
    """The parameters of a call, whichever of the four documented ways they came; JSON values decoded."""
    fields: dict[str, Any] = dict(parse_qsl(query))
    if content_type.startswith("multipart/form-data"):
        fields |= _multipart(content_type, body)
    elif content_type.startswith("application/json"):
        return {**fields, **json.loads(body)}
    else:
        fields |= dict(parse_qsl(body.decode(), keep_blank_values=True))
    return {name: _decoded(name, value) for name, value in fields.items()}


def _multipart(content_type: str, body: bytes) -> dict[str, Any]:
    whole = email.message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body)
    fields: dict[str, Any] = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        filename = part.get_filename()
        fields[name] = content.decode() if filename is None else Upload(filename, content, part.get_content_type())
    return fields


def _decoded(name: str, value: Any) -> Any:
    if name in ("text", "caption") or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
