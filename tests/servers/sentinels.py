"""A Redis master, a replica and three sentinels, all real and on loopback (or wherever `host` is); any of them can be killed."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import redis

from tests.servers.certificates import Certificate
from tests.servers.needs import need_program
from tests.servers.ports import free_port, wait_until

NAME = "ventanilla"
DATABASE = 3
QUORUM = 2
DOWN_AFTER = 1_000
"""Milliseconds of silence after which a sentinel takes a server for down."""


class Watched:
    """Started with `start`, ended with `stop`; `with Watched(folder) as servers:` does both. Nothing outlives it."""

    def __init__(
        self,
        folder: Path,
        *,
        password: str = "",
        sentinel_password: str = "",
        certificate: Certificate | None = None,
        sentinels: int = 3,
    ) -> None:
        self._folder = folder
        self._binary = need_program("redis-server", package="redis-server")
        self._password, self._sentinel_password = password, sentinel_password
        self._certificate = certificate
        self.ports = (free_port(), free_port())
        self.sentinels = tuple(free_port() for _ in range(sentinels))
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    @property
    def url(self) -> str:
        """As an admin writes it."""
        login = f":{self._password}@" if self._password else ""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinels)
        options = [f"sentinel_password={self._sentinel_password}"] if self._sentinel_password else []
        options += [f"ssl_ca_certs={self._certificate.ca}"] if self._certificate else []
        scheme = "rediss+sentinel" if self._certificate else "redis+sentinel"
        return f"{scheme}://{login}{hosts}/{NAME}/{DATABASE}" + (f"?{'&'.join(options)}" if options else "")

    def start(self) -> Watched:
        """Returns once every sentinel knows the master, its replica and the other sentinels."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for port in self.ports:
            self._run(port, self._server(port, replica_of=None if port == self.ports[0] else self.ports[0]))
        wait_until(lambda: all(self._answers(port) for port in self.ports), what="redis-server")
        for port in self.sentinels:
            self._run(port, self._sentinel(port), "--sentinel")
        wait_until(self._is_settled, seconds=60, what="the sentinels")
        return self

    def master(self) -> int:
        """The port of whom most sentinels call the master; 0 while they do not agree."""
        said = [self._said_master(port) for port in self.sentinels if port in self._processes]
        found = max(set(said), key=said.count, default=0)
        return found if said.count(found) > len(self.sentinels) // 2 else 0

    def kill(self, port: int) -> None:
        """kill -9 of one server or sentinel."""
        process = self._processes.pop(port)
        process.kill()
        process.wait()

    def stop(self) -> None:
        """Twice does no harm."""
        for port in list(self._processes):
            self.kill(port)

    def __enter__(self) -> Watched:
        with ExitStack() as undo:
            undo.callback(self.stop)
            self.start()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self, port: int, lines: Sequence[str], *more: str) -> None:
        path = self._folder / f"{port}.conf"
        path.write_text("\n".join([*lines, *self._tls(port)]) + "\n")
        path.chmod(0o600)
        self._processes[port] = subprocess.Popen(
            [self._binary, str(path), *more], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _server(self, port: int, *, replica_of: int | None) -> list[str]:
        folder = self._folder / str(port)
        folder.mkdir()
        lines = [f"port {0 if self._certificate else port}", "bind 127.0.0.1", 'save ""', f"dir {folder}"]
        lines += ["repl-diskless-sync-delay 0"]
        if self._password:
            lines += [f"requirepass {self._password}", f"masterauth {self._password}"]
        return lines + ([f"replicaof 127.0.0.1 {replica_of}"] if replica_of else [])

    def _sentinel(self, port: int) -> list[str]:
        folder = self._folder / str(port)
        folder.mkdir()
        lines = [f"port {0 if self._certificate else port}", "bind 127.0.0.1", f"dir {folder}"]
        lines += [f"sentinel monitor {NAME} 127.0.0.1 {self.ports[0]} {min(QUORUM, len(self.sentinels))}"]
        lines += [f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER}", f"sentinel failover-timeout {NAME} 10000"]
        lines += [f"sentinel auth-pass {NAME} {self._password}"] if self._password else []
        return lines + ([f"requirepass {self._sentinel_password}"] if self._sentinel_password else [])

    def _tls(self, port: int) -> list[str]:
        if self._certificate is None:
            return []
        files = [f"tls-cert-file {self._certificate.cert}", f"tls-key-file {self._certificate.key}"]
        return [
            f"tls-port {port}",
            *files,
            f"tls-ca-cert-file {self._certificate.ca}",
            "tls-auth-clients no",
            "tls-replication yes",
        ]

    def _client(self, port: int, password: str) -> redis.Redis:
        tls: dict[str, Any] = {"ssl": True, "ssl_ca_certs": str(self._certificate.ca)} if self._certificate else {}
        return redis.Redis("127.0.0.1", port, password=password or None, socket_timeout=2, **tls)

    def _answers(self, port: int) -> bool:
        with suppress(redis.RedisError), self._client(port, self._password) as client:
            return bool(client.ping())
        return False

    def _said_master(self, port: int) -> int:
        with suppress(redis.RedisError), self._client(port, self._sentinel_password) as client:
            found: Any = client.sentinel_get_master_addr_by_name(NAME)
            return int(found[1]) if found else 0
        return 0

    def _is_settled(self) -> bool:
        with suppress(redis.RedisError, KeyError):
            for port in self.sentinels:
                with self._client(port, self._sentinel_password) as client:
                    state: Any = client.sentinel_masters()[NAME]
                    if not (state["num-slaves"] == 1 and state["num-other-sentinels"] == len(self.sentinels) - 1):
                        return False
            with self._client(self.ports[1], self._password) as client:
                told: Any = client.info("replication")
                return bool(told["master_link_status"] == "up")
        return False
