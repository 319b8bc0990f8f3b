"""`python -m bench.desk`: 200 people at the desk of a house with 10,000 open cases, while mail comes in. How quick, how large.

The real process (`ventanilla desk`), a session and an open stream a person; lists asked for one after the other, then by everybody
as people do, each again when it is told that it changed; five mails a second are routed meanwhile by a process of its own.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.desk_rows import TEAMS, Busy, fill
from bench.servers import free_port
from cli.applying import apply_file
from config.load import load_config
from config.opening import open_configured_store
from daemon.embedded_queue import EmbeddedQueue
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.migrate import upgrade
from ventanilla.store.sessions import begin_session
from ventanilla.words import EntryWay
from worker import utc_now

GOAL, LARGEST = 0.1, 200
THINK = 30.0
"""Seconds between two lists that one person asks for by themselves: two hundred ask for seven a second."""
TOML = """
[service]
name = "Bench"
data_dir = "var"
timezone = "Europe/Madrid"
[web]
listen = "127.0.0.1:{port}"
[channels.soporte]
kind = "email"
mode = "internal"
team = "team0"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = 1, security = "none", user = "u", password = "p" }}
smtp = {{ host = "127.0.0.1", port = 1, security = "none", user = "u", password = "p" }}
[promises.normal]
first_response = {{ within = "1h" }}
[agents.lead]
email = "lead@example.com"
role = "supervisor"
"""


@dataclass(slots=True)
class Measured:
    """What was seen: seconds by page, letters of the streams, what went wrong."""

    times: dict[str, list[float]] = field(default_factory=dict)
    letters: int = 0
    used: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Client:
    """One person's browser: a kept connection for pages, one for the stream."""

    port: int
    cookie: str
    _reader: asyncio.StreamReader | None = None
    _writer: asyncio.StreamWriter | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def page(self, path: str, *, part: bool = False) -> tuple[int, float]:
        """Its status and the seconds from the first byte sent to the last one read."""
        async with self._lock:
            if self._writer is None or self._writer.is_closing():
                self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
            assert self._reader is not None
            start = time.perf_counter()
            self._writer.write(self._request(path, part=part))
            head = await self._reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await self._reader.readexactly(int(length.partition(b":")[2]))
            return int(head.split(b" ", 2)[1]), time.perf_counter() - start

    async def stream(self, told: asyncio.Queue[str], ready: asyncio.Event) -> None:
        """Put each letter into `told` until cancelled."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(self._request("/live"))
            while line := await reader.readline():
                if line.startswith(b"event: hello"):
                    ready.set()
                if line.startswith(b"data: ") and b"topics" in line:
                    told.put_nowait(line.decode())
        finally:
            writer.close()

    def _request(self, path: str, *, part: bool = False) -> bytes:
        more = "X-Part: 1\r\n" if part else ""
        return f"GET {path} HTTP/1.1\r\nHost: desk\r\nCookie: ventanilla={self.cookie}\r\n{more}\r\n".encode()


def main() -> int:
    """Measure and print; 1 when a goal was missed."""
    arguments = settings()
    rows, missed = measure(arguments)
    for row in rows:
        print(f"{row[0]:<48}  {row[1]:>34}  {row[2]}")
    return int(missed)


def measure(arguments: argparse.Namespace) -> tuple[list[tuple[str, str, str]], bool]:
    """The table's rows, and whether a goal was missed."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder, port = Path(name), free_port()
        began = time.monotonic()
        store, cookies, lead, cases = _house(folder, port, arguments.agents)
        print(f"{cases:,} open cases of {arguments.agents} agents in {time.monotonic() - began:.0f} s", flush=True)
        with _running(folder, port) as desk:
            before = _memory(desk.pid)
            clients = [Client(port, cookie) for cookie in cookies]
            measured = asyncio.run(_visits(clients, Client(port, lead), arguments, folder, desk.pid))
            after = _memory(desk.pid)
        store.close()
    return _table(measured, before, after)


def _house(folder: Path, port: int, agents: int) -> tuple[Store, list[str], str, int]:
    text = TOML.format(port=port)
    for number in range(agents):
        text += f'[agents.agent{number:03}]\nemail = "agent{number:03}@example.com"\ncapacity = 100\n'
    for team in range(TEAMS):
        members = ", ".join(f'"agent{number:03}"' for number in range(team, agents, TEAMS))
        text += f'[teams.team{team}]\nmembers = [{members}]\nduty = ["lead"]\n'
    path = folder / "ventanilla.toml"
    path.write_text(text, encoding="utf-8")
    loaded, now = load_config(path), utc_now()
    store = open_configured_store(loaded.config)
    upgrade(store)
    apply_file(store, loaded, now=now)
    cases = fill(store, Busy(agents=agents, now=now))
    names = [*(f"agent{number:03}" for number in range(agents)), "lead"]
    journal = Journal(now=utc_now(), actor="bench")
    with store.write() as connection:
        tokens = [
            begin_session(connection, one, EntryWay.PASSWORD, browser="bench", journal=journal)[1] for one in names
        ]
        journal.flush(connection)
    return store, tokens[:-1], tokens[-1], cases


@contextmanager
def _running(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The desk's process and the queue server beside it."""
    queue = EmbeddedQueue.under(folder / "var")
    queue.prepare()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(queue.argv, stdout=log, stderr=log)
        command = [sys.executable, "-P", "-m", "cli", "--config", str(folder / "ventanilla.toml"), "desk"]
        desk = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        end = time.monotonic() + 60
        while b'"listening"' not in (folder / "log").read_bytes():
            if desk.poll() is not None or time.monotonic() > end:
                raise TimeoutError(f"the desk did not start:\n{(folder / 'log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield desk
    finally:
        for process in (desk, server):
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


async def _visits(
    clients: Sequence[Client], lead: Client, arguments: argparse.Namespace, folder: Path, desk: int
) -> Measured:
    """Everybody comes, lists one after the other, then all of them as people do while mail comes in."""
    measured = Measured()
    told: list[asyncio.Queue[str]] = [asyncio.Queue() for _ in clients]
    ready = [asyncio.Event() for _ in clients]
    streams = [
        asyncio.create_task(client.stream(queue, event))
        for client, queue, event in zip(clients, told, ready, strict=True)
    ]
    await asyncio.wait_for(asyncio.gather(*(event.wait() for event in ready)), 60)
    for client in (*clients[:20], lead):  # what loads with the first page of its kind
        await _ask(measured, "first", client, arguments.page)
    await _ask(measured, "first", lead, "/board")
    used = _processor_seconds(desk)
    for client in clients:
        await _ask(measured, "list, one after the other", client, arguments.page)
    measured.used["list, one after the other"] = (_processor_seconds(desk) - used) / len(clients)
    routing = subprocess.Popen([sys.executable, "-P", "-m", "bench.desk_mails", str(folder)])
    try:
        people = [
            asyncio.create_task(_person(measured, client, queue, arguments))
            for client, queue in zip(clients, told, strict=True)
        ]
        if arguments.board:
            people.append(asyncio.create_task(_supervisor(measured, lead)))
        used = _processor_seconds(desk)
        await asyncio.sleep(arguments.seconds)
        measured.used["everything"] = (_processor_seconds(desk) - used) / arguments.seconds
        for task in (*people, *streams):
            task.cancel()
        for outcome in await asyncio.gather(*people, *streams, return_exceptions=True):
            if isinstance(outcome, Exception):
                measured.wrong.append(f"{type(outcome).__name__}: {outcome}")
    finally:
        routing.terminate()
        routing.wait(timeout=20)
    return measured


async def _person(measured: Measured, client: Client, told: asyncio.Queue[str], arguments: argparse.Namespace) -> None:
    """Asks for their list now and then, and for its part when they are told that it changed."""
    luck = random.Random(client.cookie)
    by_themselves = time.monotonic() + luck.random() * THINK
    while True:
        with suppress(TimeoutError):
            letter = await asyncio.wait_for(told.get(), max(0.0, by_themselves - time.monotonic()))
            measured.letters += 1
            if '"cases"' in letter:
                await _ask(measured, "list's part, when told", client, arguments.page, part=True)
        if time.monotonic() >= by_themselves:
            await _ask(measured, "list, all at once", client, arguments.page)
            by_themselves = time.monotonic() + luck.expovariate(1 / THINK)


async def _supervisor(measured: Measured, client: Client) -> None:
    """Has the board before them, and now and then that of one team: its figures of the day are worked out then, as those of the
    whole house are once a minute."""
    for look in itertools.count(1):
        await _ask(measured, "board, by a supervisor", client, "/board")
        if look % 4 == 0:
            await _ask(measured, "board of a team, with figures", client, f"/board?team=team{look // 4 % TEAMS}")
        await asyncio.sleep(2)


async def _ask(measured: Measured, what: str, client: Client, path: str, *, part: bool = False) -> None:
    status, seconds = await client.page(path, part=part)
    measured.times.setdefault(what, []).append(seconds)
    if status != 200:
        measured.wrong.append(f"{path}: {status}")


def _table(
    measured: Measured, before: tuple[float, float], after: tuple[float, float]
) -> tuple[list[tuple[str, str, str]], bool]:
    rows, missed = [], False
    for what, times in measured.times.items():
        if what == "first":
            continue
        ordered = sorted(times)
        p50, p95, p99 = (ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99))
        figures = f"p50 {p50 * 1000:.0f}, p95 {p95 * 1000:.0f}, p99 {p99 * 1000:.0f} ms"
        has_goal = what.startswith("list")
        slow = has_goal and p95 > GOAL
        note = f"goal p95 {GOAL * 1000:.0f} ms: {'MISSED' if slow else 'met'}; " if has_goal else ""
        note += f"{measured.used[what] * 1000:.0f} ms of a processor each; " if what in measured.used else ""
        rows.append((f"SQLite: desk, {what}", figures, f"{note}{len(times)} asked"))
        missed |= slow
    large = after[0] > LARGEST
    rows.append(("desk: its process at the beginning", f"PSS {before[0]:.0f} MB, RSS {before[1]:.0f} MB", ""))
    rows.append(
        (
            "desk: its process with everybody there",
            f"PSS {after[0]:.0f} MB, RSS {after[1]:.0f} MB",
            f"goal {LARGEST} MB: {'MISSED' if large else 'met'}; {measured.letters} letters told",
        )
    )
    share = measured.used.get("everything", 0.0)
    rows.append(("desk: its processor with everybody there", f"{share:.0%} of one", ""))
    for said in sorted(set(measured.wrong))[:5]:
        rows.append(("desk: went wrong", str(measured.wrong.count(said)), said))
    return rows, missed or large or bool(measured.wrong)


def _memory(pid: int) -> tuple[float, float]:
    """PSS and RSS of a process, in MB."""
    found = {}
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, _, value = line.partition(":")
        found[name] = int(value.split()[0]) / 1024 if value.split() else 0.0
    return found["Pss"], found["Rss"]


def _processor_seconds(pid: int) -> float:
    """What a process has used of processors by now."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def settings(given: Sequence[str] | None = None) -> argparse.Namespace:
    """What to measure; `given` are the words of a command line, None: of this process's."""
    parser = argparse.ArgumentParser(prog="python -m bench.desk", description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--page", default="/cases")
    parser.add_argument("--board", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args(given)


if __name__ == "__main__":
    raise SystemExit(main())
