"""A Bot API server for the Telegram channel's tests, and the parts of the channel on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from config.secrets import Secret
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.source import TelegramSource
from connectors.telegram_chat.webhook import Wanted, WebhookKeeper
from tests.servers.telegram_api import TelegramApi

KEY = b"k" * 32
HOOK = "https://desk.example.com/webhooks/chat/"


@pytest.fixture
def server() -> Iterator[TelegramApi]:
    """A server with one bot, and Lucía, who has pressed start."""
    with TelegramApi() as running:
        running.bot.chats.add(550011)
        yield running


@pytest.fixture
def api_on(server: TelegramApi) -> Iterator[Callable[..., BotApi]]:
    """Makes a way to the bot, as after a restart; closed when the test is over."""
    made: list[BotApi] = []

    def make(token: str | None = None) -> BotApi:
        made.append(BotApi(Secret(literal=token or server.token), server.url, where="channels.chat.token"))
        return made[-1]

    yield make
    for api in made:
        api.close()


@pytest.fixture
def api(api_on: Callable[..., BotApi]) -> BotApi:
    """The way to the bot."""
    return api_on()


@pytest.fixture
def source_on(api_on: Callable[..., BotApi]) -> Callable[..., TelegramSource]:
    """Makes sources, as after a restart; with `webhook` one that wants to be called there."""

    def make(*, webhook: str | None = None, floor: datetime | None = None, **more: Any) -> TelegramSource:
        api = api_on()
        wanted = None if webhook is None else Wanted(url=webhook, signing_key=KEY)
        return TelegramSource(api, floor=floor, webhook=WebhookKeeper(api, wanted), **more)

    return make


def now() -> datetime:
    """The clock of the process under test."""
    return datetime.now(UTC)
