"""A real Redis of a test's own on a free loopback port; it can be killed, started again and emptied."""

from __future__ import annotations

import subprocess
from pathlib import Path

import redis

from tests.servers.needs import need_program
from tests.servers.ports import free_port, wait_until


class RedisServer:
    """Started with `start`, ended with `stop`; `with RedisServer(folder) as server:` does both. It keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._binary = need_program("redis-server", package="redis-server")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """As an admin writes it: a database of its own."""
        return f"redis://127.0.0.1:{self.port}/3"

    def start(self) -> RedisServer:
        """Returns once it answers; the port is the same each time."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [self._binary, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self._folder)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(self._answers, what="redis-server")
        return self

    def kill(self) -> None:
        """kill -9: what it held is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    def flush(self) -> None:
        """FLUSHALL: as a careless colleague does."""
        with redis.Redis.from_url(self.url) as client:
            client.flushall()

    def stop(self) -> None:
        """Twice does no harm."""
        if self._process is not None:
            self.kill()

    def __enter__(self) -> RedisServer:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
