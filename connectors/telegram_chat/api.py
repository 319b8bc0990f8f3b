"""One bot on the Bot API: calls with plain JSON in and out, their event loop in a thread of its own. Knows no message."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any
from urllib.parse import urlsplit

from config.secrets import Secret
from config.servers import is_loopback
from connectors.telegram_chat.identity import bot_id
from connectors.telegram_chat.library import ANSWER_SECONDS, CONNECT_SECONDS, RawBot
from connectors.telegram_chat.troubles import NoAnswer
from ventanilla.errors import LoginRefused

PUBLIC = "https://api.telegram.org"


class BotApi:
    """Calls to one bot. `where` names the setting that holds the token, for those who must cure it.

    The token is read again at each call, so that it can rotate; it never stands in an error. Nothing is connected before the
    first call. Used by one thread at a time, but for `close`.
    """

    def __init__(self, token: Secret, api_url: str | None = None, *, where: str = "token") -> None:
        self._token = token
        self._base = (api_url or PUBLIC).rstrip("/").removesuffix("/bot")
        self.where = where
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._bot: RawBot | None = None
        self._id: str | None = None

    @property
    def host(self) -> str:
        """The server's name as messages show it."""
        parts = urlsplit(self._base)
        return parts.netloc.rpartition("@")[2]

    @property
    def bot(self) -> str:
        """The bot's id, out of its token; the same ever after. Raises LoginRefused while the token cannot be read."""
        if self._id is None:
            self._id = bot_id(self._token.reveal(), where=self.where)
        return self._id

    def file_url(self, path: str) -> str:
        """Where a file can be downloaded. It holds the token: never show it."""
        return f"{self._base}/file/bot{self._revealed()}/{path}"

    def call(self, method: str, parameters: Mapping[str, Any] | None = None, *, seconds: float = ANSWER_SECONDS) -> Any:
        """What Telegram answers, as plain JSON. Raises Refusal, NoAnswer, LoginRefused (no token to call with)."""
        return self.begin(method, parameters, seconds=seconds).result()

    def begin(
        self, method: str, parameters: Mapping[str, Any] | None = None, *, seconds: float = ANSWER_SECONDS
    ) -> Future[Any]:
        """The same, under way: its future raises what `call` raises, and can be cancelled."""
        token = self._revealed()
        given = {key: value for key, value in (parameters or {}).items() if value is not None}
        work = self._request(token, method, given, seconds)
        return asyncio.run_coroutine_threadsafe(work, self._running_loop())

    def close(self) -> None:
        """Let go of connections and the thread. Never raises; a later call begins anew."""
        loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        with contextlib.suppress(Exception):
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(timeout=5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=5)
        if not thread.is_alive():
            loop.close()

    def _revealed(self) -> str:
        token = self._token.reveal().strip()
        if bot_id(token, where=self.where) != self.bot:
            raise LoginRefused(
                f"{self.where} now holds the token of another bot", cure="restart the service to change to that bot"
            )
        return token

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="telegram", daemon=True)
            self._thread.start()
        return self._loop

    async def _request(self, token: str, method: str, parameters: dict[str, Any], seconds: float) -> Any:
        bot = await self._bot_of(token)
        try:
            async with asyncio.timeout(seconds + CONNECT_SECONDS):
                return await bot.ask(method, parameters, seconds=seconds)
        except TimeoutError:
            raise NoAnswer("did not answer in time", arrived=True) from None

    async def _bot_of(self, token: str) -> RawBot:
        if self._bot is None or self._bot.token != token:
            await self._leave()
            direct = is_loopback(urlsplit(self._base).hostname or "")
            self._bot = RawBot(token, self._base, direct=direct)
        return self._bot

    async def _end(self) -> None:
        """Nobody may be left waiting for an answer that cannot come any more."""
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await self._leave()

    async def _leave(self) -> None:
        bot, self._bot = self._bot, None
        if bot is not None:
            await bot.leave()
