"""What the whole tree of processes takes of memory, at rest and under load, and how long it takes to start."""

from __future__ import annotations

import threading
import time
from pathlib import Path

from bench.engines import Engine
from bench.processes import pss
from bench.rows import Row, at_most, told
from bench.servers import mail_server
from bench.shop import Running, sample_mails, service, wait_for

GOAL_MB = 300.0
REST, LOADED = 8.0, 1500


def measure(folder: Path, engine: Engine, *, mails: int = LOADED) -> list[Row]:
    """Start, rest, load."""
    with mail_server() as server:
        server.fill(sample_mails(1))
        with service(folder, server.mailbox, store_url=engine.new()) as running:
            ready = _until(running, '"worker_started"')
            wait_for(running.store, 1, seconds=120, step=0.005)
            first = time.monotonic() - running.began
            time.sleep(REST)
            idle = pss(running.pid)
            server.fill(sample_mails(mails, first=1))
            loaded = _peak(running, 1 + mails)
    return rows(engine.name, ready, first, idle, loaded, mails)


def rows(
    name: str, ready: float, first: float, idle: dict[str, float], loaded: dict[str, float], mails: int
) -> list[Row]:
    """What was seen, as rows."""
    new, load = "tables made, IMAP logged in", f"{name}: PSS of the whole tree, {mails:,} mails routed at once"
    return [
        told("memory", f"{name}: start → ready to route", ready, "s"),
        told("memory", f"{name}: start of a new house → its first mail assigned", first, "s", note=new),
        at_most("memory", f"{name}: PSS of the whole tree, idle", sum(idle.values()), "MB", GOAL_MB, note=_parts(idle)),
        told("memory", load, sum(loaded.values()), "MB", note=_parts(loaded)),
    ]


def _until(running: Running, what: str) -> float:
    end = time.monotonic() + 120
    while not running.said(what):
        if time.monotonic() > end:
            raise TimeoutError(f"the service did not say {what}")
        time.sleep(0.01)
    return time.monotonic() - running.began


def _peak(running: Running, count: int) -> dict[str, float]:
    """The largest that was seen until so many mails were routed."""
    largest: dict[str, float] = {}
    done = threading.Event()

    def look() -> None:
        nonlocal largest
        while not done.wait(0.5):
            largest = max(largest, pss(running.pid), key=lambda found: sum(found.values()))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        wait_for(running.store, count, seconds=120 + count / 5, step=0.2)
    finally:
        done.set()
        looker.join()
    return largest


def _parts(found: dict[str, float]) -> str:
    return ", ".join(f"{name} {size:.0f}" for name, size in sorted(found.items(), key=lambda pair: -pair[1]))
