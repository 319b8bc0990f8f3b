"""Takes the updates that Telegram brings to our web address; believes nobody without this installation's secret."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime

from connectors.telegram_chat.identity import bot_id, source_name
from connectors.telegram_chat.updates import raw_item
from connectors.telegram_chat.webhook_secret import webhook_secret
from ventanilla.channel import HookAnswer, HookRequest, RawItem
from ventanilla.errors import LoginRefused

HEADER = "x-telegram-bot-api-secret-token"
_LARGEST = 1024 * 1024


class TelegramHook:
    """`/webhooks/CHANNEL/`. Its items have the same source and keys as polled ones, so that both ways together bring each once.

    `token` gives the bot's token as it is now.
    """

    def __init__(self, token: Callable[[], str], signing_key: bytes, *, floor: datetime | None) -> None:
        self._token = token
        self._signing_key = signing_key
        self._floor = floor

    @property
    def path(self) -> str:
        """The channel's own address."""
        return ""

    @property
    def largest(self) -> int:
        """An update is a few kilobytes; files never come this way."""
        return _LARGEST

    def receive(self, request: HookRequest, *, now: datetime) -> HookAnswer:
        """The update to store. Telegram sends it again until it is answered with 200, for a day at most."""
        try:
            bot = bot_id(self._token())
        except LoginRefused as error:
            return HookAnswer(status=503, refused=str(error))
        if request.method != "POST":
            return HookAnswer(status=405, refused="not a POST")
        shown = request.headers.get(HEADER, "")
        if not hmac.compare_digest(shown.encode(), webhook_secret(self._signing_key, bot).encode()):
            return HookAnswer(status=403, refused="wrong secret" if shown else "no secret")
        return HookAnswer(source=source_name(bot), items=(self._item(request.body, now),))

    def _item(self, body: bytes, now: datetime) -> RawItem:
        try:
            update = json.loads(body)
        except (ValueError, RecursionError):  # it is kept, and ends in quarantine
            key = f"odd/{hashlib.sha256(body).hexdigest()[:32]}"
            return RawItem(key=key, raw=body, received_at=now, size=len(body))
        return raw_item(update, now=now, floor=self._floor)
