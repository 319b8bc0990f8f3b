"""A mailbox renumbered, a mail server away, a store locked or cut off in the middle: late at most, never lost or doubled."""

from __future__ import annotations

import resource
import sqlite3
import time
from collections import Counter

import pytest
import sqlalchemy as sa

from tests.acceptance import books
from tests.acceptance.conftest import Launch
from tests.acceptance.letters import mail, post
from tests.acceptance.mailing import append_raws, appending
from tests.acceptance.service import Service, house
from tests.faults.tally import count_faults
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.small_disk import filled, small_disk
from tests.servers.smtp import SmtpServer
from ventanilla.store.tables import inbox

COUNT = 120


@pytest.mark.fault(11)
@pytest.mark.faults
def test_a_mail_server_killed_and_a_mailbox_renumbered_double_nothing(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    service.start()
    raws = [
        mail(f"c{number}@clientes.example", f"Asunto {number}", message_id=f"n{number}@clientes.example").as_bytes()
        for number in range(20)
    ]
    append_raws(dovecot, raws[:10])
    books.wait_for_post(service, 10)

    # when the server dies, comes back, and says that all its numbers are others
    dovecot.kill()
    time.sleep(2)
    dovecot.start()
    append_raws(dovecot, raws[10:])
    books.wait_for_post(service, 20)
    dovecot.change_uidvalidity("soporte", 4711)
    dovecot.kill_sessions()
    append_raws(dovecot, [mail("ultima@clientes.example", "La última", message_id="z@clientes.example").as_bytes()])
    books.wait_for_post(service, 20 + 20 + 1)
    books.wait_for_letters(service)

    # then each mail is one message of one case; the others are known as the same
    with service.store.read() as connection:
        assert Counter(connection.scalars(sa.select(inbox.c.state))) == {"routed": 21, "duplicate": 20}
    assert [case["messages"] for case in service.json("conversations")] == [1] * 21
    books.check_audit(service)
    books.check_sent(service, smtp)


@pytest.mark.fault(7)
@pytest.mark.faults
def test_a_sqlite_store_that_somebody_locks_for_ten_seconds_delays_and_loses_nothing(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    letters = post(count=COUNT, seed=8)
    service.start()
    before = service.pids()

    with appending(dovecot, letters, seconds=3):
        time.sleep(1)
        careless = sqlite3.connect(service.data_dir / "ventanilla.db", isolation_level=None)
        careless.execute("BEGIN IMMEDIATE")
        time.sleep(10)
        careless.execute("ROLLBACK")
        careless.close()
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    assert service.pids() == before
    books.check_books(service, letters, smtp)


@pytest.mark.fault(7)
@pytest.mark.faults
def test_a_disk_that_takes_no_more_delays_and_loses_nothing(
    service: Service, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    letters = post(count=COUNT, seed=10)
    service.start()

    with appending(dovecot, letters, seconds=4):
        time.sleep(1)
        _limit_files(service, 64 * 1024)  # far below what the store takes, far above its log, which must tell of it
        time.sleep(6)
        assert any("disk" in str(line.get("problem")) for line in service.said())
        _limit_files(service, resource.RLIM_INFINITY)
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    books.check_books(service, letters, smtp)


@pytest.mark.fault(7)
@pytest.mark.faults
def test_a_disk_without_a_free_byte_delays_and_loses_nothing(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> None:
    letters = post(count=COUNT, seed=11)
    service = make_service(house(dovecot, smtp))
    with small_disk(service.data_dir, megabytes=24):
        service.start()

        # given the disk is full while mail comes in, until somebody makes room
        with filled(service.data_dir), appending(dovecot, letters, seconds=3):
            wait_until(lambda: any("full" in str(line.get("problem")) for line in service.said()), seconds=120)
            count_faults()
        books.wait_for_post(service, len(letters))
        books.wait_for_letters(service)

        books.check_books(service, letters, smtp)
        service.close()


@pytest.mark.fault(7)
@pytest.mark.faults
def test_a_postgresql_that_cuts_every_connection_again_and_again_delays_and_loses_nothing(
    make_service: Launch, dovecot: Dovecot, smtp: SmtpServer, postgresql: PostgreSQL, empty_database: str
) -> None:
    letters = post(count=COUNT, seed=9)
    service = make_service(house(dovecot, smtp) | {"store": {"url": empty_database}})
    service.start()
    name = sa.make_url(empty_database).database
    cut = sa.text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name").bindparams(name=name)
    admin = sa.create_engine(postgresql.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    with appending(dovecot, letters, seconds=4):
        for _ in range(60):
            with admin.connect() as connection:
                connection.execute(cut)
            time.sleep(0.07)
    books.wait_for_post(service, len(letters))
    books.wait_for_letters(service)

    books.check_books(service, letters, smtp)


def _limit_files(service: Service, most: int) -> None:
    """Let no process of the service write beyond so many bytes of a file: for SQLite as good as a full disk."""
    for pid in service.pids().values():
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, hard))
