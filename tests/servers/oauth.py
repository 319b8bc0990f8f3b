"""A real OAuth 2 token server on a free loopback port: client credentials, refresh tokens that rotate, device codes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.servers.tokens import make_token

Answer = tuple[int, dict[str, Any]]
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


class OAuthServer:
    """Started with `start`, ended with `stop`; `with OAuthServer("soporte") as server:` does both.

    Tokens are for `user`, good for `lifetime` seconds, and such as the other test servers take. `asked` holds the fields of
    every request. `planned` are answers that come, one each, before it answers by itself. A refresh token is good once.
    """

    def __init__(
        self, user: str, *, client_id: str = "client-1", secret: str | None = None, lifetime: float = 3600
    ) -> None:
        self.user, self.client_id, self.secret, self.lifetime = user, client_id, secret, lifetime
        self.asked: list[dict[str, str]] = []
        self.planned: list[Answer] = []
        self.headers: dict[str, str] = {}
        self.refresh_token: str | None = None
        self.approved = False
        self.rotates = True
        self.on_request: Callable[[dict[str, str]], None] | None = None
        self._made = 0
        self._lock = threading.Lock()
        self._http: ThreadingHTTPServer | None = None

    def start(self) -> OAuthServer:
        """Returns once it listens."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        """Twice does no harm."""
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None

    def __enter__(self) -> OAuthServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where it listens; `/token` and `/device` are served."""
        assert self._http is not None
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                fields = dict(parse_qsl(body.decode()))
                status, answer = outer._answer(self.path, fields)
                text = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in outer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    def _answer(self, path: str, fields: dict[str, str]) -> Answer:
        if self.on_request is not None:
            self.on_request(fields)
        with self._lock:
            self.asked.append(fields)
            if self.planned:
                return self.planned.pop(0)
            if fields.get("client_id") != self.client_id or (
                self.secret and fields.get("client_secret") != self.secret
            ):
                return 401, {"error": "invalid_client", "error_description": "no such client"}
            return self._device() if path == "/device" else self._token(fields)

    def _device(self) -> Answer:
        return 200, {
            "device_code": "device-1",
            "user_code": "ABCD-EFGH",
            "verification_uri": f"{self.url}/type-it-here",
            "expires_in": 600,
            "interval": 5,
        }

    def _token(self, fields: dict[str, str]) -> Answer:
        kind = fields.get("grant_type")
        if kind == "client_credentials":
            return 200, self._granted(with_refresh=False)
        if kind == DEVICE:
            return (200, self._granted()) if self.approved else (400, {"error": "authorization_pending"})
        if kind == "refresh_token" and fields.get("refresh_token") == self.refresh_token is not None:
            return 200, self._granted(with_refresh=self.rotates)
        return 400, {"error": "invalid_grant", "error_description": "the refresh token is not good any more"}

    def _granted(self, *, with_refresh: bool = True) -> dict[str, Any]:
        self._made += 1
        answer = {
            "access_token": make_token(self.user, expires_in=self.lifetime, number=self._made),
            "token_type": "Bearer",
        }
        if with_refresh:
            self.refresh_token = f"refresh-{self._made}"
            answer["refresh_token"] = self.refresh_token
        return {**answer, "expires_in": int(self.lifetime)}
