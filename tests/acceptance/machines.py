"""Machines of one house, on a network of the test's own: each a host with a service on it. Tries nothing itself."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import COMMAND, Service, house
from tests.faults.tally import count_faults, note_time
from tests.servers.dovecot import Dovecot
from tests.servers.hosts import EVERYBODY, Host, Network
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.postgresql_on_network import started_on_network
from tests.servers.smtp import SmtpServer
from tests.servers.warm import known_environment, run_warm
from ventanilla.store.tables import leases

STORE, QUEUE, MAIL = 1, 2, 3
STOP = "a clean stop"
LONG = 90.0
"""Seconds that another machine may need here, where everything may be slow: three times what is promised."""


@dataclass
class OnHost(Service):
    """A service whose commands are typed on its host, too."""

    host: Host | None = None

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """As on any machine; what it prints comes back."""
        if self.host is not None and self.wrapper == self.host.wrapper and arguments[0] != "up":
            command = ["--config", str(self.config), *arguments]
            return run_warm(command, text=text, env=known_environment(), timeout=240, host=self.host)
        return subprocess.run(
            [*self.wrapper, COMMAND, "--config", self.config, *arguments],
            input=text,
            capture_output=True,
            text=True,
            env=known_environment(),
            timeout=240,
            check=False,
        )


@dataclass
class Machine:
    """A host and the service that runs on it."""

    host: Host
    service: OnHost

    def die(self) -> None:
        """The whole machine at once: its cable first, so that nobody is told good-bye, then all that runs on it."""
        self.host.pull_the_cable()
        self.service.kill_tree()
        count_faults()

    def said(self) -> set[str]:
        """The events of its log."""
        return {str(line["event"]) for line in self.service.said()}

    def status(self) -> Any:
        """What `status --json` says there; None where it says nothing but why not."""
        done = self.service.run("--json", "status")
        return json.loads(done.stdout) if done.returncode == 0 else None


@dataclass(frozen=True, slots=True)
class Held:
    """Who pulls the mailbox, by the store."""

    name: str
    token: int
    until: datetime


@dataclass
class Pair:
    """Two machines, one house. `outside` is the store's address for a test, which is on none of them."""

    machines: tuple[Machine, Machine]
    addresses: dict[int, str]
    outside: str

    def start(self) -> None:
        """Both run; the first one pulls."""
        for machine in self.machines:
            machine.service.start()

    def held(self) -> Held:
        """The lease on the mailbox."""
        with self.machines[0].service.store.read() as connection:
            row = connection.execute(sa.select(leases).where(leases.c.name.like("pull imap:%/INBOX"))).one()
        return Held(str(row.holder).partition("pid:")[0], int(row.token), row.expires_at)

    def split(self) -> tuple[Machine, Machine]:
        """Whoever pulls now, and the other one."""
        first, second = self.machines
        return (first, second) if first.host.name == self.held().name else (second, first)

    def moves_to(self, machine: Machine, cause: Callable[[], object], *, after: str) -> None:
        """Bring it about that a machine pulls which did not, under a new token. How long it took from then on, or from the end of a
        clean stop on, goes into the report."""
        token = self.held().token
        began = time.monotonic()
        cause()
        if after == STOP:
            began = time.monotonic()
        wait_until(lambda: self.held().name == machine.host.name, seconds=LONG, what="the other host's lease")
        took = time.monotonic() - began
        assert self.held().token > token
        note_time(f"another host pulls after {after}:", took)
        print(f"another host pulled {took:.1f} s after {after}")


@contextmanager
def pair_on(
    network: Network,
    folder: Path,
    *,
    dovecot: Dovecot,
    smtp: SmtpServer,
    postgresql: PostgreSQL,
    redis_server: RedisServer,
) -> Iterator[Pair]:
    """Two machines, not yet started, with the same file and one folder of files, on a PostgreSQL that has an address of its own."""
    queue = network.serve(QUEUE, 6379, ("127.0.0.1", redis_server.port))
    for port in (dovecot.port, smtp.port):
        network.serve(MAIL, port, ("127.0.0.1", port))
    place = (network.address(STORE), 5432)
    with started_on_network(postgresql.programs, network.wrapper, place, hosts=EVERYBODY) as store:
        settings = house(dovecot, smtp) | {"store": {"url": store.url}}
        settings["queue"] = {"url": f"redis://{queue[0]}:{queue[1]}/3"}
        mail = [(network.address(MAIL), port) for port in (dovecot.port, smtp.port)]
        north, south = (_machine(network, folder, settings, name, mail) for name in ("north", "south"))
        (south.service.data_dir / "blobs").symlink_to(north.service.data_dir / "blobs")
        (north.service.data_dir / "blobs").mkdir()
        south.service.config.write_bytes(north.service.config.read_bytes())
        for machine in (north, south):
            machine.service.look_into(store.from_outside)
        try:
            yield Pair((north, south), {STORE: place[0], QUEUE: queue[0]}, store.from_outside)
        finally:
            for machine in (north, south):
                machine.service.close()
        assert [machine.service.left() for machine in (north, south)] == [[], []]


def _machine(
    network: Network, folder: Path, settings: dict[str, Any], name: str, mail: list[tuple[str, int]]
) -> Machine:
    """One with a data folder of its own, whose loopback leads to the mail servers by its cable."""
    host = network.host(name)
    for server in mail:
        network.forward(host, server[1], server)
    service = OnHost(folder / name, deepcopy(settings), wrapper=host.wrapper, host=host)
    service.data_dir.mkdir()
    return Machine(host, service)
