"""A real queue server and real worker processes for the tests beside it."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.embedded_queue import EmbeddedQueue
from tests.servers.ports import wait_until
from ventanilla.queue import QueueBroker, build_broker

WORKER = """
import sys, time, threading, signal
import dramatiq
from daemon.inside import stop_on_signals
from ventanilla.logs import set_up_logs
from ventanilla.queue import ROUTE_ACTOR, ROUTE_QUEUE, build_broker, run_worker
url, book, name, pause, threads = sys.argv[1:6]
stop = stop_on_signals()
set_up_logs()
broker = build_broker(url)
lock = threading.Lock()

def route_messages(ids):
    with lock, open(book, "a") as it:
        for each in ids: it.write(f"{name} {each} {time.time()}\\n")
    time.sleep(float(pause))
    if 666 in ids: raise ValueError("a bad one")

dramatiq.actor(route_messages, broker=broker, actor_name=ROUTE_ACTOR, queue_name=ROUTE_QUEUE, max_retries=0, time_limit=2000)
with open(book, "a") as it: it.write(f"{name} ready 0\\n")
run_worker(broker, threads=int(threads), stop_event=stop, drain=5)
"""


class Server:
    """The queue server, to be killed and started at will."""

    def __init__(self, folder: Path) -> None:
        self.queue = EmbeddedQueue.under(folder)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return self.queue.url

    def start(self) -> None:
        self.queue.prepare()
        self._process = subprocess.Popen(self.queue.argv)
        wait_until(self.queue.is_ready, what="the queue server")

    def kill(self, number: int = signal.SIGKILL) -> None:
        if self._process is not None:
            self._process.send_signal(number)
            if number == signal.SIGKILL:
                self._process.wait()
                self._process = None

    def signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)


class Workers:
    """Worker processes that write down in one file what they were given."""

    def __init__(self, url: str, book: Path) -> None:
        self._url = url
        self._book = book
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, name: str, *, pause: float = 0.0, threads: int = 4) -> subprocess.Popen[str]:
        argv = [sys.executable, "-c", WORKER, self._url, str(self._book), name, str(pause), str(threads)]
        self._processes[name] = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
        wait_until(lambda: (name, "ready") in [line[:2] for line in self.lines()], what=f"worker {name}")
        return self._processes[name]

    def lines(self) -> list[tuple[str, str, float]]:
        if not self._book.exists():
            return []
        split = [line.split() for line in self._book.read_text().splitlines()]
        return [(line[0], line[1], float(line[2])) for line in split if len(line) == 3]

    def done(self, name: str | None = None) -> list[int]:
        """Ids worked on, by one worker or by any, in order."""
        return [int(what) for who, what, _ in self.lines() if what != "ready" and name in (None, who)]

    def end(self) -> None:
        for process in self._processes.values():
            if process.poll() is None:
                process.kill()
            process.wait()
            if process.stderr is not None:
                process.stderr.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    it = Server(tmp_path / "data")
    it.start()
    yield it
    it.kill()


@pytest.fixture
def broker(server: Server) -> Iterator[QueueBroker]:
    it = build_broker(server.url)
    yield it
    it.client.close()


@pytest.fixture
def workers(server: Server, tmp_path: Path) -> Iterator[Workers]:
    it = Workers(server.url, tmp_path / "book")
    yield it
    it.end()
