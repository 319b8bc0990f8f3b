"""How long it takes until others have finished what a routing process had taken up when it was killed (kill -9) under load."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from bench.engines import Engine
from bench.inside import Taking
from bench.processes import tree
from bench.rows import Row, at_most
from bench.servers import mail_server
from bench.shop import Running, command, environment, routed, sample_mails, service, wait_for
from daemon.embedded_queue import socket_under, url_of
from ventanilla.queue import build_broker, enqueue
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState

GOAL = 8.0


def measure(folder: Path, engine: Engine, *, mails: int) -> list[Row]:
    """The row: seconds from the kill until the last of the mails that had been taken up by then has its owner."""
    with mail_server() as server, service(folder, server.mailbox, store_url=engine.new()) as running:
        server.fill(sample_mails(100))
        wait_for(running.store, 100, seconds=180, step=0.1)
        with _second_router(folder):
            began = routed(running.store)
            ids = Taking(running.store).take_in(sample_mails(mails, first=1_000_000), first=1_000_000)
            enqueue(build_broker(url_of(socket_under(folder / "var"))), ids)
            wait_for(running.store, began + mails // 4, seconds=180, step=0.005)
            _kill(running, "v-route")
            killed = time.monotonic()
            left = mails - (routed(running.store) - began)
            wait_for(running.store, began + mails, seconds=180, step=0.02)
            taken = time.monotonic() - killed
        _require_once(running, began + mails)
    note = f"{left} of {mails} were unfinished when it was killed; another process routes beside it"
    return [
        at_most("killed worker", f"{engine.name}: killed → its mails finished by others", taken, "s", GOAL, note=note)
    ]


@contextmanager
def _second_router(folder: Path) -> Iterator[None]:
    with (folder / "second.log").open("w") as log:
        process = subprocess.Popen(command(folder, "route"), stdout=log, stderr=log, env=environment())
    try:
        end = time.monotonic() + 60
        while "worker_started" not in (folder / "second.log").read_text():
            if time.monotonic() > end:
                raise TimeoutError("the second routing process did not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=60)


def _kill(running: Running, name: str) -> None:
    pid = next(pid for pid, called in tree(running.pid).items() if called == name)
    os.kill(pid, signal.SIGKILL)


def _require_once(running: Running, mails: int) -> None:
    """Each has its owner once, and nothing is left. Raises AssertionError."""
    with running.store.read() as connection:
        states: dict[str, int] = dict(
            connection.execute(sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)).tuples().all()
        )
    if states != {InboxState.ROUTED: mails}:
        raise AssertionError(f"{mails} mails, but the ledger has {states}")
