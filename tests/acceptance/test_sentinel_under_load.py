"""Two services on a queue that Redis Sentinel watches: its master is killed while mail comes in, and a replica takes its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import one_letter, post
from tests.acceptance.mailing import append_all, appending
from tests.acceptance.service import house, make_one_house
from tests.faults.tally import count_kills
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.sentinels import Watched
from tests.servers.smtp import SmtpServer

COUNT = 120


@pytest.mark.faults
@pytest.mark.fault(5, 14)
def test_a_master_killed_under_load_loses_nothing_and_doubles_nothing(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, empty_database: str, tmp_path: Path
) -> None:
    letters = post(count=COUNT, seed=41)
    with Watched(tmp_path / "queue") as queue:
        settings = house(dovecot, smtp) | {"store": {"url": empty_database}, "queue": {"url": queue.url}}
        first, second = make_service(settings, name="a"), make_service(settings, name="b")
        make_one_house(first, second)
        for service in (first, second):
            service.start()

        # given the master dies without a word, and one of those who watch it too
        with appending(dovecot, letters, seconds=6):
            books.wait_for_some(first, COUNT // 6)
            old = queue.master()
            queue.kill(old)
            queue.kill(queue.sentinels[0])
            count_kills(2)
        wait_until(lambda: queue.master() not in (0, old), seconds=120, what="another master")

        # then all is as if nothing had been, and the new one carries what comes now
        last = one_letter("Después")
        append_all(dovecot, [last])
        books.wait_for_post(second, COUNT + 1)
        books.wait_for_letters(second)
        books.check_books(second, [*letters, last], smtp)
        for service in (first, second):
            service.close()
