"""What a letter becomes when its way out, or the store that must know about it, is away for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from config.servers import SmtpServer as Settings
from connectors.book import MOST_TRIES, TELL_OTHERWISE
from connectors.deliver import Deliverer, still_theirs
from connectors.imap_email.sender import SmtpSender
from router.bounces import retell
from tests.router.house_for_tests import House, mail
from tests.servers.ports import wait_until
from tests.servers.postgresql import PostgreSQL
from tests.servers.smtp import SmtpServer
from ventanilla.channel import DeliveryReport
from ventanilla.store.audit import audit
from ventanilla.store.channels import SENDING, note_trouble
from ventanilla.store.deliveries import note_reports
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import channels, events, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    with SmtpServer() as server:
        yield server


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


@contextmanager
def deliverer(house: House, smtp: SmtpServer, **changes: Any) -> Iterator[Deliverer]:
    """Delivers what this house has to send, through this server."""
    sender = SmtpSender(Settings(host=smtp.host, port=smtp.port, security="none"), None, address="soporte@example.com")
    parts: dict[str, Any] = {
        "store": house.store,
        "senders": {"soporte": lambda: sender},
        "still_wanted": still_theirs,
        "failed": lambda connection, row, journal: retell(connection, house.router.house, row, journal),
        "tell_trouble": lambda *_: None,
        "clock": lambda: house.now,
    }
    yield Deliverer(**{**parts, **changes})
    sender.close()


def try_all(house: House, delivery: Deliverer, *, times: int) -> None:
    """So many rounds, each when everything that waits is due."""
    for _ in range(times):
        house.later(hours=1)
        delivery.deliver_due()


def letters(house: House, kind: OutboxKind) -> list[sa.Row[Any]]:
    return house.rows(outbox, lambda table: table.c.kind == kind)


def test_a_notice_that_cannot_go_out_for_now_is_told_to_the_duty_person_and_still_goes_out_once_it_can(
    house: House, smtp: SmtpServer
) -> None:
    house.receive(mail())
    smtp.answers["MAIL"] = "451 4.3.0 not now"

    with deliverer(house, smtp) as delivery:
        try_all(house, delivery, times=TELL_OTHERWISE - 1)
        assert letters(house, OutboxKind.ALERT) == []
        try_all(house, delivery, times=2)
        (notice,), (alert,) = letters(house, OutboxKind.NOTICE), letters(house, OutboxKind.ALERT)
        assert (notice.state, alert.agent) == (DeliveryState.PENDING, "marta")
        del smtp.answers["MAIL"]
        try_all(house, delivery, times=1)

    assert {row.state for row in house.rows(outbox)} == {DeliveryState.SENT}
    assert len(smtp.taken) == 3  # notice, receipt, alert
    with house.store.read() as connection:
        assert not any(audit(connection, now=house.now, blobs=house.store.blobs).values())


def test_the_first_success_clears_trouble_that_an_earlier_process_noted(house: House, smtp: SmtpServer) -> None:
    house.receive(mail())
    with house.store.write() as connection:
        retry_at = house.now + timedelta(minutes=5)
        note_trouble(
            connection, "soporte", SENDING, problem="refused", cure="x", pause=True, retry_at=retry_at, now=house.now
        )

    with deliverer(house, smtp) as delivery:
        try_all(house, delivery, times=1)

    (channel,) = house.rows(channels)
    assert (channel.paused_at, channel.problem) == (None, None)


def test_what_a_provider_took_is_told_in_the_moment_it_is_recorded_and_what_it_had_refused_by_then_is_told_as_failed(
    house: House, smtp: SmtpServer
) -> None:
    house.receive(mail())
    told: list[tuple[str, str, DeliveryState]] = []

    def note(word: str) -> Callable[[sa.Connection, sa.Row[Any], Journal], None]:
        def hook(connection: sa.Connection, row: sa.Row[Any], _: Journal) -> None:
            state = connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row.id))
            told.append((word, row.kind, DeliveryState(str(state))))

        return hook

    (receipt,) = letters(house, OutboxKind.ACKNOWLEDGEMENT)
    refusal = DeliveryReport(external_id=receipt.message_id, state=DeliveryState.FAILED, rank=9, reason="gone")
    note_reports(house.store, "soporte", [refusal], now=house.now)
    with deliverer(house, smtp, sent=note("sent"), failed=note("failed")) as delivery:
        try_all(house, delivery, times=1)

    assert sorted(told) == [
        ("failed", OutboxKind.ACKNOWLEDGEMENT, DeliveryState.FAILED),
        ("sent", OutboxKind.NOTICE, DeliveryState.SENT),
    ]


def test_what_never_goes_out_is_given_up_at_last_and_escalated_once(house: House, smtp: SmtpServer) -> None:
    house.receive(mail())
    smtp.answers["MAIL"] = "451 4.3.0 not now"

    with deliverer(house, smtp) as delivery:
        try_all(house, delivery, times=MOST_TRIES + 5)

    assert {row.state for row in house.rows(outbox)} == {DeliveryState.FAILED}
    assert len(letters(house, OutboxKind.ALERT)) == 1
    failed = house.rows(events, lambda table: table.c.kind == EventKind.NOTICE_FAILED)
    assert len(failed) == 1


@pytest.mark.fault(7)
def test_a_letter_sent_while_the_store_goes_away_is_known_as_sent_when_that_is_back(
    postgresql: PostgreSQL, postgresql_store: Store, smtp: SmtpServer, tmp_path: Path
) -> None:
    house = House(postgresql_store, tmp_path)
    house.receive(mail())
    gone = threading.Event()

    with deliverer(house, smtp) as delivery:
        thread = threading.Thread(target=delivery.run)
        with store_away_from_the_first_mail_on(postgresql, postgresql_store, smtp, gone):
            thread.start()
            assert gone.wait(20)
            time.sleep(2.5)
        try:
            wait_until(lambda: {row.state for row in house.rows(outbox)} == {DeliveryState.SENT}, seconds=20)
        finally:
            delivery.stop.set()
            thread.join(timeout=20)

    assert [row.attempts for row in house.rows(outbox)] == [1, 1]
    assert len(smtp.taken) == 2


@contextmanager
def store_away_from_the_first_mail_on(
    postgresql: PostgreSQL, store: Store, smtp: SmtpServer, gone: threading.Event
) -> Iterator[None]:
    """Until the block ends, the first mail that goes out shuts the database behind it."""
    name = store.engine.url.database
    admin = sa.create_engine(postgresql.url("postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def run(*statements: str) -> None:
        with admin.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def shut(_: object) -> None:
        if not gone.is_set():
            run(
                f"ALTER DATABASE {name} ALLOW_CONNECTIONS false",
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'",
            )
            gone.set()

    smtp._on_mail = shut
    try:
        yield
    finally:
        run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
