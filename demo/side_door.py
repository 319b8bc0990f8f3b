"""How the town's people reach their phones at the provider servers: a call by HTTP, with the town's key. Knows no vendor."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPConnection
from typing import Any, cast

from demo.provider_town import HOST

PATIENCE = 10.0


class SideDoor:
    """One server's. Each call is a connection of its own. Raises OSError when the server is gone, RuntimeError when it refuses."""

    def __init__(self, port: int, *, key: str) -> None:
        self._port = port
        self._key = key

    def act(self, path: str, act: Mapping[str, Any]) -> dict[str, Any]:
        """Do something with a phone; what the server says of it."""
        return self._call("POST", path, json.dumps(act).encode())

    def look(self, path: str) -> dict[str, Any]:
        """All that the server holds."""
        return self._call("GET", path, b"")

    def _call(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        link = HTTPConnection(HOST, self._port, timeout=PATIENCE)
        try:
            link.request(method, path, body, {"X-Town-Key": self._key, "Content-Type": "application/json"})
            answer = link.getresponse()
            said = answer.read()
        finally:
            link.close()
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status}")
        return cast("dict[str, Any]", json.loads(said))
