"""Two machines with cables: one is killed, one is cut off and comes back, one has a wrong clock, one does not reach a server."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.letters import Letter, post
from tests.acceptance.mailing import appending
from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import COMMAND, Service, house
from tests.servers.dovecot import Dovecot
from tests.servers.hosts import Host, Network, network
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer
from tests.servers.warm import known_environment
from ventanilla.store.tables import inbox, leases

pytestmark = [pytest.mark.faults, pytest.mark.fault(14)]

STORE, QUEUE, MAIL = 1, 2, 3
AHEAD = "+5m"
COUNT = 60


class OnHost(Service):
    """A service whose commands are typed on its host, too."""

    def run(self, *arguments: str, text: str = "") -> subprocess.CompletedProcess[str]:
        """As on any machine; what it prints comes back."""
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


@dataclass
class Pair:
    """Two machines, one house."""

    machines: list[Machine]
    addresses: dict[int, str]

    @property
    def any(self) -> OnHost:
        """Either of them, to ask."""
        return self.machines[0].service

    def holder(self) -> tuple[str, int]:
        """The name of the host that pulls the mailbox, and the lease's token."""
        with self.any.store.read() as connection:
            row = connection.execute(sa.select(leases).where(leases.c.name.like("pull imap:%/INBOX"))).one()
        return str(row.holder).partition("pid:")[0], int(row.token)

    def split(self) -> tuple[Machine, Machine]:
        """Whoever pulls now, and the other one."""
        name, _ = self.holder()
        first, second = self.machines
        return (first, second) if first.host.name == name else (second, first)


@pytest.fixture
def on_network() -> Iterator[Network]:
    with network() as made:
        yield made


@pytest.fixture
def pair(
    on_network: Network,
    tmp_path: Path,
    dovecot: Dovecot,
    smtp: SmtpServer,
    empty_database: str,
    redis_server: RedisServer,
) -> Iterator[Pair]:
    """Both have the same file and one folder of files; not yet started."""
    parsed = sa.make_url(empty_database)
    socket = f"{parsed.query['host']}/.s.PGSQL.{parsed.port or 5432}"
    store = on_network.serve(STORE, 5432, socket)
    queue = on_network.serve(QUEUE, 6379, ("127.0.0.1", redis_server.port))
    on_network.serve(MAIL, dovecot.port, ("127.0.0.1", dovecot.port))
    mail = on_network.serve(MAIL, smtp.port, ("127.0.0.1", smtp.port))[0]
    settings = house(dovecot, smtp)
    settings["queue"] = {"url": f"redis://{queue[0]}:{queue[1]}/3"}
    url = parsed.set(host=store[0], port=store[1], query={})
    settings["store"] = {"url": url.render_as_string(hide_password=False)}
    machines = []
    for number, name in enumerate(("north", "south")):
        host = on_network.host(name, 11 + number)
        for port in (dovecot.port, smtp.port):
            on_network.forward(host, port, (mail, port))
        service = OnHost(tmp_path / name, settings, wrapper=host.wrapper)
        service.data_dir.mkdir()
        machines.append(Machine(host, service))
    first, second = (machine.service for machine in machines)
    second.config.write_bytes(first.config.read_bytes())
    (first.data_dir / "blobs").mkdir()
    (second.data_dir / "blobs").symlink_to(first.data_dir / "blobs")
    # the test itself looks into the store from outside
    for service in (first, second):
        service.settings = {**settings, "store": {"url": empty_database}}
    try:
        yield Pair(machines, {STORE: store[0], QUEUE: queue[0]})
    finally:
        for service in (first, second):
            service.close()
    assert [service.left() for service in (first, second)] == [[], []]


def test_a_killed_host_is_replaced_and_everything_is_there_once(pair: Pair, dovecot: Dovecot, smtp: SmtpServer) -> None:
    _start(pair)
    letters = post(count=COUNT, seed=21)
    gone, left = pair.split()

    with appending(dovecot, letters, seconds=4):
        time.sleep(1)
        gone.service.kill_tree()
        killed = time.monotonic()
    wait_until(lambda: pair.holder()[0] == left.host.name, seconds=120, what="the other host's lease")
    print(f"another host pulled {time.monotonic() - killed:.1f} s after the kill")

    _check(left.service, letters, smtp)


def test_a_host_that_was_cut_off_does_nothing_with_its_old_lease_when_it_comes_back(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    _start(pair)
    letters = post(count=COUNT, seed=22)
    cut, left = pair.split()
    _, token = pair.holder()

    with appending(dovecot, letters, seconds=4):
        time.sleep(1)
        cut.host.pull_the_cable()
        pulled = time.monotonic()
    wait_until(lambda: pair.holder()[0] == left.host.name, seconds=120, what="the other host's lease")
    print(f"another host pulled {time.monotonic() - pulled:.1f} s after the cable was pulled")
    assert pair.holder()[1] > token
    books.wait_for_post(left.service, len(letters), seconds=240)

    # when it is back it finds that others were faster, and shares the work again
    cut.host.plug_in()
    wait_until(lambda: _waits_again(cut), seconds=180, what="the host that was cut off waiting for its lease")
    assert pair.holder()[0] == left.host.name
    _check(left.service, letters, smtp)


@pytest.mark.parametrize("server", [QUEUE, STORE], ids=["queue", "store"])
def test_a_host_that_does_not_reach_a_server_holds_up_nobody_and_doubles_nothing(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer, server: int
) -> None:
    _start(pair)
    letters = post(count=COUNT, seed=23 + server)
    cut, left = pair.split()

    with appending(dovecot, letters, seconds=4):
        time.sleep(1)
        cut.host.lose(pair.addresses[server])
    books.wait_for_post(left.service, len(letters), seconds=240)
    cut.host.find_again(pair.addresses[server])

    _check(left.service, letters, smtp)


def test_a_host_whose_clock_is_five_minutes_ahead_takes_no_lease_before_its_time_and_stamps_the_right_time(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    library = _wrong_clocks()
    north, south = pair.machines
    south.service.wrapper = (
        *south.host.wrapper,
        "env",
        f"LD_PRELOAD={library}",
        f"FAKETIME={AHEAD}",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    )
    _start(pair)
    assert pair.holder()[0] == north.host.name
    wait_until(lambda: "clock_wrong" in _events(south), what="a word about the clock")
    letters = post(count=COUNT, seed=30)

    with appending(dovecot, letters, seconds=2):
        pass
    books.wait_for_post(north.service, len(letters), seconds=240)
    north.service.kill_tree()
    killed = time.monotonic()
    wait_until(lambda: pair.holder()[0] == south.host.name, seconds=120, what="the other host's lease")

    # by its own clock the lease had lapsed long ago
    assert time.monotonic() - killed > 10
    assert _furthest_ahead(south.service) < 60


def _start(pair: Pair) -> None:
    for machine in pair.machines:
        machine.service.start()


def _check(service: Service, letters: Sequence[Letter], smtp: SmtpServer) -> None:
    books.wait_for_post(service, len(letters), seconds=240)
    books.wait_for_letters(service, seconds=240)
    books.check_books(service, letters, smtp)


def _events(machine: Machine) -> set[str]:
    return {str(line["event"]) for line in machine.service.said()}


def _waits_again(machine: Machine) -> bool:
    """Whether it said that somebody else pulls, after it had pulled itself."""
    said = [str(line["event"]) for line in machine.service.said()]
    return "waiting_for_lease" in said


def _furthest_ahead(service: Service) -> float:
    """Seconds by which the newest stamp of the ledger is ahead of the store's own clock."""
    with service.store.read() as connection:
        newest = sa.select(sa.func.max(inbox.c.routed_at), sa.func.max(inbox.c.pulled_at))
        routed, pulled = connection.execute(newest).one()
        now = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    return float(max((routed - now).total_seconds(), (pulled - now).total_seconds()))


def _wrong_clocks() -> Path:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    if not found:
        pytest.skip("libfaketime is not installed (Debian: libfaketime)")
    return found[0]
