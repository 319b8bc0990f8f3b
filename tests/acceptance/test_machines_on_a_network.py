"""Two machines with cables: one is killed, one is cut off and comes back, one has a wrong clock, one does not reach a server."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
import sqlalchemy as sa

from connectors.pull import LEASE, LOOK
from tests.acceptance import books
from tests.acceptance.letters import Letter, one_letter, post
from tests.acceptance.machines import QUEUE, STOP, STORE, Machine, Pair, pair_on
from tests.acceptance.mailing import appending
from tests.acceptance.redis_server import RedisServer
from tests.faults.tally import count_faults, count_kills
from tests.servers.dovecot import Dovecot
from tests.servers.hosts import network
from tests.servers.needs import lacking
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.postgresql_on_network import connections_from
from tests.servers.smtp import SAY_NOTHING, SmtpServer
from tests.servers.warm import known_environment
from ventanilla.store.tables import channels, config_versions, inbox, outbox

pytestmark = [pytest.mark.faults, pytest.mark.fault(14), pytest.mark.timeout(900)]

COUNT = 40
FIVE_MINUTES_AHEAD = ("FAKETIME=+5m", "FAKETIME_DONT_FAKE_MONOTONIC=1")
LOCKER = """
import sys, time
from pathlib import Path
import sqlalchemy as sa
from ventanilla.store.engine import open_store
from ventanilla.store.tables import leases
store = open_store(sys.argv[1], Path(sys.argv[2]))
with store.write() as connection:
    connection.execute(sa.select(leases).with_for_update()).all()
    print("locked", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def pair(
    tmp_path: Path, dovecot: Dovecot, smtp: SmtpServer, postgresql: PostgreSQL, redis_server: RedisServer
) -> Iterator[Pair]:
    """Both have the same file and one folder of files; not yet started."""
    with (
        network() as made,
        pair_on(
            made, tmp_path, dovecot=dovecot, smtp=smtp, postgresql=postgresql, redis_server=redis_server
        ) as machines,
    ):
        yield machines


def test_a_lease_and_what_a_dead_machine_has_locked_are_free_in_time_for_another_to_pull_within_30_seconds() -> None:
    assert LEASE.total_seconds() + LOOK <= 27  # connecting and logging in take a moment, too
    assert LEASE.total_seconds() > 20  # when its locks are let go of


def test_a_host_that_dies_whole_is_replaced_and_everything_is_there_once(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    pair.start()
    letters = post(count=COUNT, seed=21)
    gone, left = pair.split()

    with appending(dovecot, letters, seconds=3):
        books.wait_for_some(left.service, 5)
        pair.moves_to(left, gone.die, after="the other one's death")

    _check(left, letters, smtp)


def test_what_a_dead_host_had_locked_keeps_nobody_from_taking_over(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    pair.start()
    gone, left = pair.split()
    letters = post(count=8, seed=22)
    # given it dies in the middle of a transaction that has locked the lease itself
    with _locking(gone) as locker:

        def die() -> None:
            gone.die()
            locker.kill()
            count_kills()

        pair.moves_to(left, die, after="a death that left locks behind")

    with appending(dovecot, letters, seconds=1):
        pass
    _check(left, letters, smtp)
    # and the server has noticed that nobody is there any more
    store = left.service.store.engine
    wait_until(lambda: connections_from(store, gone.host.address) == 0, seconds=120, what="connections let go of")


def test_a_host_that_was_cut_off_does_nothing_with_its_old_lease_when_it_comes_back(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    pair.start()
    letters = post(count=COUNT, seed=23)
    cut, left = pair.split()

    with appending(dovecot, letters, seconds=3):
        books.wait_for_some(left.service, 5)
        pair.moves_to(left, cut.host.pull_the_cable, after="a cut cable")
        count_faults()
    books.wait_for_post(left.service, len(letters))
    # it says what it does not reach, and nothing else
    lost = cut.service.run("--json", "status")
    assert (lost.returncode, lost.stdout) == (3, "")
    assert "the store did not answer" in lost.stderr

    # when it is back it finds that others were faster, and shares the work again
    cut.host.plug_in()
    wait_until(lambda: "waiting_for_lease" in cut.said(), seconds=180, what="the cut off host waiting for its lease")
    assert pair.held().name == left.host.name
    _check(left, letters, smtp)
    assert cut.status() is not None


@pytest.mark.parametrize("server", [QUEUE, STORE], ids=["queue", "store"])
def test_a_host_that_does_not_reach_a_server_holds_up_nobody_and_doubles_nothing(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer, server: int
) -> None:
    pair.start()
    letters = post(count=COUNT, seed=24 + server)
    cut, left = pair.split()

    with appending(dovecot, letters, seconds=3):
        books.wait_for_some(left.service, 5)
        count_faults()
        if server == STORE:
            pair.moves_to(left, lambda: cut.host.lose(pair.addresses[server]), after="a cut to the store")
        else:
            cut.host.lose(pair.addresses[server])
            wait_until(lambda: "not_enqueued" in cut.said(), seconds=120, what="a word about the queue")
    books.wait_for_post(left.service, len(letters))
    cut.host.find_again(pair.addresses[server])

    _check(left, letters, smtp)
    # it is whole again: what comes now is taken in and routed by either
    with appending(dovecot, [again := one_letter("de vuelta")], seconds=0):
        pass
    _check(cut, [*letters, again], smtp)


def test_a_host_that_stops_hands_its_mailbox_over_at_once(pair: Pair, dovecot: Dovecot, smtp: SmtpServer) -> None:
    pair.start()
    stops, left = pair.split()

    pair.moves_to(left, stops.service.stop, after=STOP)

    letters = post(count=8, seed=27)
    with appending(dovecot, letters, seconds=1):
        pass
    _check(left, letters, smtp)


def test_a_letter_that_a_dead_host_was_sending_goes_out_by_another_and_is_marked(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    gone, left = pair.machines
    letters = [one_letter("una")]
    smtp.answers["DATA"] = SAY_NOTHING  # it has taken the mail; nobody is told
    gone.service.start()
    with appending(dovecot, letters, seconds=0):
        pass
    wait_until(lambda: _count(gone, outbox.c.state == "sending"), seconds=90, what="a letter on its way")
    gone.die()
    assert _count(gone, outbox.c.state == "sending")
    smtp.answers.clear()

    left.service.start()
    _check(left, letters, smtp)

    assert _count(left, outbox.c.attempts == 2) >= 1


def test_a_host_whose_clock_is_five_minutes_ahead_takes_nothing_before_its_time_and_stamps_the_right_time(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    ahead, right = pair.machines
    ahead.service.wrapper = (*ahead.host.wrapper, "env", f"LD_PRELOAD={_wrong_clocks()}", *FIVE_MINUTES_AHEAD)
    # given it comes first, so that it says since when the channel is ours
    pair.start()
    wait_until(lambda: "clock_wrong" in ahead.said(), seconds=90, what="a word about the clock")
    assert "s ahead of the store's server" in ahead.service.run("doctor").stdout
    # mail that comes now is new, not old mail that only waited
    letters = post(count=COUNT, seed=30)
    with appending(dovecot, letters, seconds=2):
        pass
    _check(ahead, letters, smtp)
    assert _furthest_ahead(right, smtp) < 120

    # and when it is to take over, which its clock says was due long ago, it waits for its time
    pair.moves_to(right, ahead.service.stop, after=STOP)
    lapses = pair.held().until
    ahead.service.start()
    wait_until(lambda: pair.held().until > lapses, seconds=60, what="a renewal")
    assert pair.held().name == right.host.name
    channel = ahead.status()["channels"][0]
    assert 0 <= channel["last_pull_seconds"] < 240
    pair.moves_to(ahead, right.die, after="the other one's death")
    _check(ahead, letters, smtp)


def test_a_host_with_another_file_waits_says_so_and_routes_nothing(
    pair: Pair, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    behind, left = pair.machines
    pair.start()
    behind.service.stop()
    # given it was away while a newer file was put in force
    left.service.config.write_text(left.service.config.read_text() + "# one line more\n")
    assert left.service.run("reload").returncode == 0
    wait_until(lambda: _works(left, version=2), seconds=120, what="the newer file at work")

    behind.service.launch()
    wait_until(lambda: {"older_file", "waiting"} <= behind.said(), seconds=120, what="a word about the older file")
    told = behind.status()
    assert told["config"] | {"applied_at": None} == {"version": 2, "applied_at": None, "file_differs": True}
    assert any("`ventanilla reload --dry-run`" in step for step in told["next"])
    letters = post(count=8, seed=31)
    with appending(dovecot, letters, seconds=1):
        pass
    _check(left, letters, smtp)
    assert "routed" not in behind.said()
    assert _count(left, config_versions.c.id > 0) == 2

    # when it is given the same file it joins by itself
    behind.service.config.write_bytes(left.service.config.read_bytes())
    pair.moves_to(behind, left.service.stop, after=STOP)


@contextmanager
def _locking(machine: Machine) -> Iterator[subprocess.Popen[str]]:
    """A process of the machine's that has locked every lease, in a transaction that does not end."""
    url = tomllib.loads(machine.service.config.read_text())["store"]["url"]
    command = [*machine.host.wrapper, sys.executable, "-c", LOCKER, url, str(machine.service.data_dir / "blobs")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=known_environment()) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "locked\n"
            yield process
        finally:
            process.kill()


def _check(machine: Machine, letters: Sequence[Letter], smtp: SmtpServer) -> None:
    """What the mailbox holds is what the ledger holds, once; the audit finds nothing; nothing went out unmarked twice."""
    books.wait_for_post(machine.service, len(letters))
    books.wait_for_letters(machine.service)
    books.check_books(machine.service, letters, smtp)


def _count(machine: Machine, which: sa.ColumnElement[bool]) -> int:
    with machine.service.store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).where(which)) or 0)


def _works(machine: Machine, *, version: int) -> bool:
    """Whether its processes run under that version of the file."""
    told = machine.status()
    return told is not None and told["config"]["version"] == version and not told["config"]["file_differs"]


def _furthest_ahead(machine: Machine, smtp: SmtpServer) -> float:
    """Seconds by which the newest stamp that there is, in the store or in a mail of ours, is ahead of the store's own clock."""
    with machine.service.store.read() as connection:
        stamps = [
            connection.scalar(sa.select(sa.func.max(column)))
            for column in (inbox.c.routed_at, inbox.c.pulled_at, channels.c.since, config_versions.c.applied_at)
        ]
        now = connection.execute(sa.text("SELECT clock_timestamp()")).scalar_one()
    dated = [message_from_bytes(taken.raw, policy=default)["Date"].datetime for taken in smtp.taken]
    return float(max((stamp - now).total_seconds() for stamp in [*stamps, *dated] if stamp is not None))


def _wrong_clocks() -> Path:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    return found[0] if found else lacking("libfaketime is not installed (Debian: libfaketime)")
