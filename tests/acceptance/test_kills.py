"""Whatever is killed in the middle of three hundred mails, the end is the same as if nothing had been."""

from __future__ import annotations

import random
import time

import pytest

from tests.acceptance import books
from tests.acceptance.letters import post
from tests.acceptance.mailing import appending
from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import CHILDREN, Service
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.proxy import Proxy
from tests.servers.smtp import SmtpServer

COUNT = 160

# Each kind of kill meets one of the two kinds of house here; test_every_channel.py kills the tree of both.
embedded = pytest.mark.parametrize("service_on_each", ["embedded"], indirect=True)
on_postgresql = pytest.mark.parametrize("service_on_each", ["postgresql and redis"], indirect=True)


@pytest.mark.fault(1, 2, 3, 5)
@embedded
def test_every_child_killed_in_the_middle_changes_nothing_in_the_end(
    service_on_each: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service, letters = service_on_each, post(count=COUNT, seed=2)
    service.start()
    mine = [name for name in CHILDREN if name in service.pids()]

    with appending(dovecot, letters, seconds=6):
        for name in random.Random(3).sample(mine, len(mine)):
            service.kill_and_wait(name)
            time.sleep(0.3)
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    assert {line["child"] for line in service.said() if line["event"] == "child_ended"} == set(mine)
    books.check_books(service, letters, smtp)


@pytest.mark.fault(1, 2, 3, 4)
@pytest.mark.faults
@on_postgresql
def test_the_whole_tree_killed_in_the_middle_and_started_again_changes_nothing_in_the_end(
    service_on_each: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service, letters = service_on_each, post(count=COUNT, seed=4)
    service.start()

    with appending(dovecot, letters, seconds=8):
        for _ in range(2):
            time.sleep(1.5)
            service.kill_tree()
            wait_until(lambda: not service.left(), seconds=30, what="the end of every process")
            service.start()
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    books.check_books(service, letters, smtp)


@pytest.mark.fault(5, 6)
@pytest.mark.faults
def test_redis_emptied_cut_off_silent_and_killed_changes_nothing_in_the_end(
    service: Service, redis_server: RedisServer, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    letters = post(count=COUNT, seed=5)
    with Proxy(redis_server.port) as between:
        service.settings["queue"] = {"url": redis_server.url.replace(str(redis_server.port), str(between.port))}
        service.write()
        service.start()
        before = service.pids()

        with appending(dovecot, letters, seconds=8):
            for _ in range(15):
                redis_server.flush()
                time.sleep(0.1)
                between.cut()
                time.sleep(0.1)
            between.freeze()
            time.sleep(3)
            between.thaw()
            redis_server.kill()
            time.sleep(2)
            redis_server.start()
        books.wait_for_post(service, len(letters))
        books.wait_for_letters(service)

    assert service.pids() == before
    books.check_books(service, letters, smtp)
