"""The Telegram channel as the conformance suite drives it: a bot on a Bot API server."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from config.secrets import Secret
from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.source import TelegramSource
from connectors.telegram_chat.updates import floor_of
from tests.conformance.source_suite import ChannelUnderTest
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from ventanilla.channel import RawItem


class TelegramChannel(ChannelUnderTest):
    """Small batches, so that most tests have several."""

    def __init__(self, server: TelegramApi) -> None:
        self._server = server
        self._token = server.token
        self._since = datetime.now(UTC)

    def source(self, *, start: str | date = "now") -> TelegramSource:
        api = BotApi(Secret(literal=self._token), self._server.url, where="channels.chat.token")
        return TelegramSource(api, floor=floor_of(start, self._since), most_updates=3)

    def arrive(self, text: str, *, age: timedelta = timedelta(0), seen: bool = False) -> None:
        bot = self._server.bot
        bot.put(written(bot.new_number(), text, at=int((datetime.now(UTC) - age).timestamp())))

    def arrive_broken(self) -> None:
        self._server.bot.put({"message": {"message_id": "many", "chat": ["?"], "date": {}, "text": 7}})

    def text_of(self, item: RawItem) -> str:
        assert item.raw is not None
        return str(json.loads(item.raw)["message"]["text"])

    def go_down(self) -> None:
        self._server.stop()

    def come_back(self) -> None:
        self._server.start()

    def refuse(self) -> None:
        self._server.bot.token = "7000001:AAF-another_secret_since_it_was_revoked"

    def secret(self) -> str:
        return self._token
