"""A proxy that loses the answers to certain requests, or the requests themselves, and drops the line with them."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections import Counter

from tests.faults.tally import count_faults
from tests.servers.proxy import Proxy


class LosingProxy(Proxy):
    """Of the requests that hold one of `words`, every `every`-th of each word is lost with its connection.

    By turns the server gets it and its answer is dropped, and the server never gets it; with `answers_only` always the former.
    `lost` counts by word. While `quiet` nothing is lost.
    """

    def __init__(self, target: int | str, *words: bytes, every: int, answers_only: bool = False) -> None:
        super().__init__(target)
        self.lost: Counter[bytes] = Counter()
        self.quiet = False
        self._words, self._every, self._answers_only = words, every, answers_only
        self._seen = {word: itertools.count(1) for word in words}
        self._turns = itertools.count()
        self._losing: dict[socket.socket, bytes] = {}
        self._lock = threading.Lock()

    def _ask(self, client: socket.socket, server: socket.socket) -> bool:
        data = client.recv(65536)
        word = self._chosen(data)
        if word is not None and not self._answers_only and next(self._turns) % 2:
            self._note(word)
            return False
        if word is not None:
            self._losing[server] = word
        server.sendall(data)
        return bool(data)

    def _answer(self, server: socket.socket, client: socket.socket) -> bool:
        word = self._losing.pop(server, None)
        if word is None:
            return super()._answer(server, client)
        with contextlib.suppress(OSError):
            server.recv(65536)
        self._note(word)
        return False

    def _chosen(self, data: bytes) -> bytes | None:
        with self._lock:
            hits = [word for word in self._words if word in data and next(self._seen[word]) % self._every == 0]
        return hits[0] if hits and not self.quiet else None

    def _note(self, word: bytes) -> None:
        with self._lock:
            self.lost[word] += 1
        count_faults()
