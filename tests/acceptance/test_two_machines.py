"""Two services with a data folder each, one PostgreSQL and one Redis, both told to pull the same mailbox."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail, post
from tests.acceptance.mailing import appending
from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import Service, house, make_one_house
from tests.faults.tally import note_time
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer
from ventanilla.store.tables import leases

COUNT = 140


@pytest.fixture
def pair(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, empty_database: str, redis_server: RedisServer
) -> Iterator[tuple[Service, Service]]:
    """Both run. The first has the lease."""
    settings = house(dovecot, smtp)
    settings["store"] = {"url": empty_database}
    settings["queue"] = {"url": redis_server.url}
    first, second = make_service(settings, name="a"), make_service(settings, name="b")
    make_one_house(first, second)
    first.start()
    second.start()
    yield first, second
    for service in (first, second):
        service.close()


@pytest.mark.fault(14)
@pytest.mark.faults
def test_each_mail_comes_in_once_and_the_survivor_takes_over_when_one_is_killed(
    pair: tuple[Service, Service], dovecot: Dovecot, smtp: SmtpServer
) -> None:
    first, second = pair
    letters = post(count=COUNT, seed=6)

    with appending(dovecot, letters, seconds=6):
        time.sleep(2)
        _holder(pair).kill_tree()
    survivor = second if first.process is None else first
    wait_until(
        lambda: _lease_pid(survivor) == survivor.pids().get("connect", -1), seconds=90, what="the survivor's lease"
    )
    books.wait_for_post(survivor, len(letters), seconds=240)
    books.wait_for_letters(survivor)
    books.check_books(survivor, letters, smtp)


@pytest.mark.fault(14)
@pytest.mark.faults
def test_a_machine_that_stood_still_loses_its_lease_and_writes_nothing_when_it_wakes(
    pair: tuple[Service, Service], dovecot: Dovecot, smtp: SmtpServer
) -> None:
    holder = _holder(pair)
    other = pair[1] if holder is pair[0] else pair[0]
    letters = post(count=100, seed=7)
    # given the one that pulls stands still, which no other machine can tell from a cut cable
    asleep = list(holder.pids().values())
    for pid in asleep:
        os.kill(pid, signal.SIGSTOP)
    stopped = time.monotonic()
    try:
        with appending(dovecot, letters, seconds=1):
            pass
        wait_until(lambda: _holder(pair) is other, seconds=90, what="the other one's lease")
        note_time("another one pulls after a standstill:", time.monotonic() - stopped)
        books.wait_for_some(other, len(letters))
    finally:
        for pid in asleep:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    # then everything stands there once though both run again
    books.wait_for_post(other, len(letters))
    dovecot.append("soporte", mail("ultima@clientes.example", "La última").as_bytes())
    books.wait_for_post(other, len(letters) + 1)
    books.wait_for_letters(other)
    assert _holder(pair) is other
    books.check_audit(other)
    assert len(other.json("inbox")) == len(letters) + 1
    books.check_sent(other, smtp)


def _holder(pair: tuple[Service, Service]) -> Service:
    """Whichever of them pulls the mailbox now."""
    pid = _lease_pid(pair[0])
    return next(service for service in pair if service.pids().get("connect") == pid)


def _lease_pid(service: Service) -> int:
    """The pid of the process that has the lease on the mailbox."""
    with service.store.read() as connection:
        mailbox = sa.select(leases.c.holder).where(leases.c.name.like("pull imap:%/INBOX"))
        return int(str(connection.scalar(mailbox)).split("/")[1])
