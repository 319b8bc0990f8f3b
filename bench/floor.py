"""The floor: what nobody can do without, each part alone, in the same run on the same machine.

Fetch alone (IMAP, fifty mails a command, as the service asks for them), parse alone (one process), the bare SQL transaction (the
service's own writing statements by the bare driver), and a no-op actor through Dramatiq. The floor is the sum of their wall times
for a mail, one after another, though a service on several cores may do them at once.
"""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import dramatiq

from bench.engines import Engine
from bench.inside import ROUTED_AT_ONCE, inside
from bench.recording import recorded, replay
from bench.rows import Row, told
from bench.servers import PASSWORD, MailServer, mail_server
from bench.shop import sample_mails
from config.secrets import Secret
from config.servers import MailServer as Settings
from connectors.imap_email.connection import Login
from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from connectors.imap_email.source import ImapSource
from daemon.embedded_queue import EmbeddedQueue
from ventanilla.queue import ROUTE_ACTOR, ROUTE_QUEUE, build_broker, enqueue, run_worker

ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Floor:
    """Seconds a mail. `sql` and `actor` are one transaction and one message a mail; `…_in_twenties` as the service does it."""

    fetch: float
    parse: float
    sql: float
    sql_in_twenties: float
    actor: float
    actor_in_twenties: float

    @property
    def rate(self) -> float:
        """Mails a second, one transaction and one message a mail."""
        return 1 / (self.fetch + self.parse + self.sql + self.actor)

    @property
    def rate_in_twenties(self) -> float:
        """Mails a second, twenty in a transaction and in a message."""
        return 1 / (self.fetch + self.parse + self.sql_in_twenties + self.actor_in_twenties)


@dataclass(frozen=True, slots=True)
class Shared:
    """The parts that are the same whatever the store: seconds a mail."""

    fetch: float
    parse: float
    actor: float
    actor_in_twenties: float


def shared(folder: Path, *, count: int) -> Shared:
    """Fetch alone, parse alone and the no-op actor: the best of three, for a floor is what is possible."""
    mails = sample_mails(count)
    with mail_server() as server:
        server.fill(mails)
        fetch = min(_fetch(server, count) for _ in range(ROUNDS)) / count
    parse = min(_parse(mails) for _ in range(ROUNDS)) / count
    with _queue(folder) as url:
        actor = min(_actor(url, count, chunk=1) for _ in range(ROUNDS)) / count
        twenties = min(_actor(url, count, chunk=ROUTED_AT_ONCE) for _ in range(ROUNDS)) / count
    return Shared(fetch, parse, actor, twenties)


def measure(folder: Path, engine: Engine, parts: Shared, *, count: int) -> Floor:
    """The floor on this engine."""
    sql = _sql(folder / "one", engine, count, at_once=1)
    twenties = _sql(folder / "twenty", engine, count, at_once=ROUTED_AT_ONCE)
    return Floor(
        fetch=parts.fetch, parse=parts.parse, sql=sql, sql_in_twenties=twenties, actor=parts.actor,
        actor_in_twenties=parts.actor_in_twenties,
    )  # fmt: skip


def rows(engine: Engine, floor: Floor) -> list[Row]:
    """The floor as a row, with its parts."""
    note = (
        f"fetch {floor.fetch * 1000:.2f} + parse {floor.parse * 1000:.2f} + SQL {floor.sql * 1000:.2f} + "
        f"no-op actor {floor.actor * 1000:.2f} ms; in twenties SQL {floor.sql_in_twenties * 1000:.2f}, "
        f"actor {floor.actor_in_twenties * 1000:.2f}"
    )
    return [told("floor", f"{engine.name}: the floor, one by one", floor.rate, "mails/s", note=note)]


def _fetch(server: MailServer, count: int) -> float:
    """Seconds to fetch everything as the service does, and to throw it away."""
    settings = Settings(host="127.0.0.1", port=server.mailbox.imap, security="none")
    since = datetime(2020, 1, 1, tzinfo=UTC)
    source = ImapSource(
        settings, Login(user=server.mailbox.user, password=Secret(literal=PASSWORD)), since=since, start="all"
    )
    began = time.perf_counter()
    found = sum(len(batch.items) for batch in source.pull(None, now=datetime.now(UTC)))
    taken = time.perf_counter() - began
    source.close()
    if found != count:
        raise RuntimeError(f"{found} of {count} mails were fetched")
    return taken


def _parse(mails: Sequence[bytes]) -> float:
    context = MailContext(own_addresses=frozenset({"soporte@example.com"}))
    began = time.perf_counter()
    for mail in mails:
        read_mail(mail, context)
    return time.perf_counter() - began


def _sql(folder: Path, engine: Engine, count: int, *, at_once: int) -> float:
    """Seconds a mail of the same writing statements by the bare driver."""
    with inside(folder / "recorded", store_url=engine.new()) as shop, recorded(shop.store) as recording:
        shop.route(shop.take_in(sample_mails(count)), at_once=at_once)
    with inside(folder / "replayed", store_url=engine.new()) as shop:
        return replay(shop.store, recording.transactions) / count


def _actor(url: str, count: int, *, chunk: int) -> float:
    """Seconds from the first push to the last of so many ids, by a worker of four threads that does nothing with them."""
    with tempfile.TemporaryDirectory(prefix="bench-"):
        broker, done, seen = build_broker(url, namespace=f"floor{time.monotonic_ns()}"), threading.Event(), [0]
        lock, stop = threading.Lock(), threading.Event()

        def work(ids: list[int]) -> None:
            with lock:
                seen[0] += len(ids)
            if seen[0] >= count:
                done.set()

        dramatiq.actor(broker=broker, queue_name=ROUTE_QUEUE, actor_name=ROUTE_ACTOR, max_retries=0)(work)
        worker = threading.Thread(target=run_worker, args=(broker,), kwargs={"threads": 4, "stop_event": stop})
        worker.start()
        began = time.perf_counter()
        for start in range(0, count, 50):
            enqueue(broker, range(start, min(start + 50, count)), chunk=chunk)
        done.wait(120)
        taken = time.perf_counter() - began
        stop.set()
        worker.join()
        broker.close()
        return taken


@contextmanager
def _queue(folder: Path) -> Iterator[str]:
    queue = EmbeddedQueue.under(folder / "queue")
    queue.prepare()
    process = subprocess.Popen(queue.argv)
    try:
        end = time.monotonic() + 30
        while not queue.is_ready():
            if time.monotonic() > end:
                raise TimeoutError("the queue server did not start")
            time.sleep(0.02)
        yield queue.url
    finally:
        process.terminate()
        process.wait(timeout=20)
