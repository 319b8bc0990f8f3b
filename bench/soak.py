"""The whole service under a steady load for long: whether its memory, files, threads and the store's log stay what they are."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.engines import Engine
from bench.offering import offer, spread
from bench.processes import anonymous, files_and_threads
from bench.rows import Row, at_most, told
from bench.servers import mail_server
from bench.shop import Running, sample_mails, service, wait_for
from daemon.embedded_queue import socket_under, url_of

RATE, LOOKS = 20.0, 60
SEEN_WITHIN = 0.02
"""Seconds. Looking more often for an hour would take more of a processor than the service does."""
MEMORY = "memory of its own"
GROWTH = 0.05
"""So much more at the end than in the middle is still steady: pages that allocators keep, and a cache of the store."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was there at one moment."""

    at: float
    memory: float
    files: int
    threads: int
    wal: float


def measure(folder: Path, engine: Engine, *, seconds: float, warm: int = 200) -> list[Row]:
    """A row each for memory, files, threads, SQLite's log and times, after so many mails at once."""
    with mail_server() as server, service(folder, server.mailbox, store_url=engine.new()) as running:
        server.fill(sample_mails(warm))
        wait_for(running.store, warm, seconds=180, step=0.2)
        queue, looks, done = url_of(socket_under(folder / "var")), [_look(running)], threading.Event()

        def look() -> None:
            while not done.wait(max(0.5, seconds / LOOKS)):
                looks.append(_look(running))

        looker = threading.Thread(target=look)
        looker.start()
        try:
            offered = offer(running.store, queue, rate=RATE, seconds=seconds, first=1_000_000, look=SEEN_WITHIN)
        finally:
            done.set()
            looker.join()
        looks.append(_look(running))
    return [*rows(engine.name, looks), _times(engine, offered.times())]


def rows(name: str, looks: Sequence[Look]) -> list[Row]:
    """What grew between the second and the last quarter of the time, and how much an hour that would be."""
    found = []
    for what, unit, values in (
        (MEMORY, "MB", [look.memory for look in looks]),
        ("open files", "", [float(look.files) for look in looks]),
        ("threads", "", [float(look.threads) for look in looks]),
        ("SQLite's write-ahead log", "MB", [look.wal for look in looks]),
    ):
        quarter = max(1, len(values) // 4)
        middle, end = statistics.median(values[quarter : 2 * quarter] or values), statistics.median(values[-quarter:])
        slope = (
            statistics.linear_regression([look.at for look in looks], values).slope * 3600 if len(looks) > 2 else 0.0
        )
        growth = (end - middle) / middle if middle else 0.0
        minutes = (looks[-1].at - looks[0].at) / 60
        note = f"{middle:.0f} → {end:.0f} {unit}".strip() + f" in {minutes:.0f} minutes, {slope:+.1f} an hour"
        label = f"{name}: soak, {what} grown"
        if what == MEMORY:
            found.append(at_most("soak", label, growth * 100, "%", GROWTH * 100, note=note))
        else:
            found.append(told("soak", label, growth * 100, "%", note=note))
    return found


def _times(engine: Engine, times: list[float]) -> Row:
    what = f"{engine.name}: soak, arrival → assigned at {RATE:.0f}/s"
    return told("soak", what, statistics.median(times) * 1000, "ms", note=f"{len(times):,} mails", figure=spread(times))


def _look(running: Running) -> Look:
    files, threads = files_and_threads(running.pid)
    wal = running.folder / "var" / "ventanilla.db-wal"
    size = wal.stat().st_size / 1e6 if wal.exists() else 0.0
    return Look(time.monotonic(), anonymous(running.pid), files, threads, size)
