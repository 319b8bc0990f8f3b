"""Stands between a client and a server on loopback and does what networks and odd servers do."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable
from typing import Self

from tests.servers.ports import free_port

OnLine = Callable[[bytes], bytes | None]


class Proxy:
    """Started with `start`, ended with `stop`; `with Proxy(port) as proxy:` does both. Clients connect to `proxy.port`. The server
    is at a port of this machine, or at the path of a socket.

    `freeze` makes it swallow everything without a word, as a router that forgot a connection does; connections stay open.
    `cut` resets every connection. `on_line` sees each line of a client before the server does: what it returns is sent to the
    client instead of passing the line on, None lets it pass. `on_answer` may change what the server says. `limit` is how many
    bytes of the server's may pass before the connection is cut, once.
    """

    host = "127.0.0.1"

    def __init__(self, target: int | str, *, on_line: OnLine | None = None) -> None:
        self.port = free_port()
        self.on_line = on_line
        self.on_answer: Callable[[bytes], bytes] | None = None
        self.limit: int | None = None
        self.connections = 0
        self.lines: list[bytes] = []
        self._target = target
        self._frozen = threading.Event()
        self._stopped = threading.Event()
        self._listener: socket.socket | None = None
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._threads: list[threading.Thread] = []

    def start(self) -> Self:
        """Returns once it listens."""
        self._listener = socket.create_server((self.host, self.port))
        self._listener.settimeout(0.1)
        self._run(self._accept)
        return self

    def stop(self) -> None:
        """Twice does no harm."""
        self._stopped.set()
        self.cut()
        for thread in self._threads:
            thread.join(timeout=5)
        if self._listener is not None:
            self._listener.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def freeze(self) -> None:
        """From now on nothing passes on the connections there are; new ones are as good as before after `thaw`."""
        self._frozen.set()

    def thaw(self) -> None:
        """Cut what was frozen and let new connections live."""
        self.cut()
        self._frozen.clear()

    def cut(self) -> None:
        """Drop every connection without a goodbye."""
        for pair in self._pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)

    def _run(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        assert self._listener is not None
        while not self._stopped.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                self.connections += 1
                self._run(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            server = self._reach()
        except OSError:
            client.close()
            return
        self._pairs.append((client, server))
        try:
            self._pass_on(client, server)
        except OSError:
            pass
        finally:
            client.close()
            server.close()
            self._pairs.remove((client, server))

    def _reach(self) -> socket.socket:
        if isinstance(self._target, int):
            return socket.create_connection((self.host, self._target), timeout=5)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self._target)
        return server

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        while not self._stopped.is_set():
            ready, _, _ = select.select([client, server], [], [], 0.05)
            if self._frozen.is_set():
                self._stopped.wait(0.05)
                continue
            if server in ready and not self._answer(server, client):
                return
            if client in ready and not self._ask(client, server):
                return

    def _ask(self, client: socket.socket, server: socket.socket) -> bool:
        data = client.recv(65536)
        for line in data.splitlines(keepends=True):
            self.lines.append(line)
            instead = self.on_line(line) if self.on_line else None
            if instead is None:
                server.sendall(line)
            else:
                client.sendall(instead)
        return bool(data)

    def _answer(self, server: socket.socket, client: socket.socket) -> bool:
        data = server.recv(65536)
        if self.on_answer is not None:
            data = self.on_answer(data)
        if self.limit is not None:
            data, self.limit = data[: self.limit], self.limit - len(data)
            if self.limit <= 0:
                client.sendall(data)
                self.limit = None
                return False
        client.sendall(data)
        return bool(data)
