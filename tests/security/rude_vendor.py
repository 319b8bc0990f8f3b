"""A provider in whose answers everything fails, and which repeats whatever it was told: addresses, passwords and all."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote


class RudeVendor:
    """A web server on loopback. `calls` is how often it was asked."""

    def __init__(self) -> None:
        vendor = self
        self.calls = 0

        class Handler(BaseHTTPRequestHandler):
            def _refuse(self) -> None:
                vendor.calls += 1
                body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode(errors="replace")
                said = f"refused: {self.command} {unquote(self.path)} {dict(self.headers)} {body}"
                page = said.encode()
                self.send_response(500, "Internal Error")
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(page)))
                self.end_headers()
                self.wfile.write(page)

            do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _refuse  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
