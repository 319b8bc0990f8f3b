"""Somebody between the parts loses answers: of the queue to an enqueue, a fetch, an acknowledgement; of the store to a COMMIT."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import post
from tests.acceptance.mailing import appending
from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import Service, house
from tests.faults.losing import LosingProxy
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.smtp import SmtpServer

COUNT = 140
LOST = 40
ENQUEUE, FETCH, ACK = b"\r\nenqueue\r\n", b"\r\nfetch\r\n", b"\r\nack\r\n"


@pytest.mark.faults
@pytest.mark.fault(6)
def test_a_queue_whose_answers_are_lost_every_few_times_changes_nothing_in_the_end(
    service: Service, redis_server: RedisServer, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    letters = post(count=COUNT, seed=21)
    with LosingProxy(redis_server.port, ENQUEUE, FETCH, ACK, every=4) as between:
        service.settings["queue"] = {"url": redis_server.url.replace(str(redis_server.port), str(between.port))}
        service.write()
        service.start()
        before = service.pids()

        with appending(dovecot, letters, seconds=8):
            pass
        books.wait_for_post(service, len(letters))
        books.wait_for_letters(service)

        assert set(between.lost) == {ENQUEUE, FETCH, ACK}
    assert service.pids() == before
    books.check_books(service, letters, smtp)


@pytest.mark.faults
@pytest.mark.fault(7)
def test_a_store_that_is_cut_off_at_every_few_commits_neither_loses_nor_doubles(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, empty_database: str
) -> None:
    letters = post(count=COUNT, seed=22)
    address = sa.make_url(empty_database)  # on a socket in a folder
    with LosingProxy(f"{address.query['host']}/.s.PGSQL.5432", b"COMMIT", every=5) as between:
        between.quiet = True
        through = address.set(host=between.host, port=between.port, query={}).render_as_string(hide_password=False)
        service = make_service(house(dovecot, smtp) | {"store": {"url": through}})
        service.look_into(empty_database)  # past the proxy: the test asks nothing twice
        service.start()
        between.quiet = False

        with appending(dovecot, letters, seconds=8):
            pass
        wait_until(lambda: between.lost[b"COMMIT"] >= LOST, seconds=180, what=f"{LOST} lost commits")
        between.quiet = True
        books.wait_for_post(service, len(letters))
        books.wait_for_letters(service)

        books.check_books(service, letters, smtp)
        service.close()
