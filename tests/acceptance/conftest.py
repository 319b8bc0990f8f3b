"""Mail servers, and the services that a test runs on them; nothing of either is left when the test is over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.redis_server import RedisServer
from tests.acceptance.service import Service, house
from tests.servers.dovecot import Dovecot
from tests.servers.smtp import SmtpServer
from tests.servers.telegram_api import TelegramApi
from tests.servers.twilio_api import TwilioServer

Launch = Callable[..., Service]
NUMBER, WHATSAPP = "+34910000000", "whatsapp:+34910000001"
"""What the phone account has."""


@pytest.fixture
def dovecot() -> Iterator[Dovecot]:
    """A mail server of the test's own, with the user `soporte`."""
    with Dovecot().user("soporte") as server:
        yield server


@pytest.fixture
def smtp() -> Iterator[SmtpServer]:
    """Where the service hands in what it sends."""
    with SmtpServer() as server:
        yield server


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[RedisServer]:
    """A queue server that is not the service's own."""
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def make_service(tmp_path: Path, dovecot: Dovecot, smtp: SmtpServer) -> Iterator[Launch]:
    """Makes services on folders of their own, not yet started, and ends them, before their servers, when the test is over."""
    made: list[Service] = []

    def make(settings: dict[str, Any], *, name: str = "house", **options: Any) -> Service:
        made.append(Service(tmp_path / name, settings, **options))
        return made[-1]

    yield make
    for service in made:
        service.close()
    assert [service.left() for service in made if service.left()] == []


@pytest.fixture
def service(make_service: Launch, dovecot: Dovecot, smtp: SmtpServer) -> Service:
    """The small house on embedded parts, not yet started: SQLite, and the queue server that comes with us."""
    return make_service(house(dovecot, smtp))


@pytest.fixture(params=["embedded", "postgresql and redis"])
def service_on_each(
    request: pytest.FixtureRequest, make_service: Launch, dovecot: Dovecot, smtp: SmtpServer
) -> Iterator[Service]:
    """The small house, not yet started: once on embedded parts, once on PostgreSQL with a Redis of its own."""
    settings = house(dovecot, smtp)
    if request.param != "embedded":
        settings["store"] = {"url": request.getfixturevalue("empty_database")}
        settings["queue"] = {"url": request.getfixturevalue("redis_server").url}
    service = make_service(settings)
    yield service
    service.close()


@pytest.fixture
def telegram() -> Iterator[TelegramApi]:
    """A Bot API server with one bot."""
    with TelegramApi() as server:
        yield server


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    """A Twilio account with one number and one WhatsApp sender."""
    server = TwilioServer()
    server.number(NUMBER)
    server.senders.append({"sid": "XE1", "sender_id": WHATSAPP, "status": "ONLINE"})
    with server:
        yield server
