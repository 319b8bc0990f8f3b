"""python-telegram-bot's `Bot`, asked for plain JSON, and its errors in our own words. Only this file knows the library.

`Application` and `Updater` are not used: they confirm updates that are only in memory.
"""

from __future__ import annotations

import contextlib
import json
import os
from dataclasses import dataclass, field
from typing import Any

os.environ.setdefault("PTB_TIMEDELTA", "1")  # else the library warns at each RetryAfter

from telegram import Bot, InputFile
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import HTTPXRequest

from connectors.telegram_chat.troubles import NoAnswer, Refusal

ANSWER_SECONDS = 20.0
CONNECT_SECONDS = 10.0
_UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol", "InvalidURL"}
_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file to send."""

    filename: str
    content: bytes = field(repr=False)


class _Request(HTTPXRequest):
    """Remembers the last status, and puts nobody's words into a log. Follows no redirects (httpx's default).

    `direct`: no proxy out of the environment. `plain`: there is no TLS, so no certificates are loaded (a tenth of a second).
    """

    __slots__ = ("code",)

    def __init__(self, *, direct: bool, plain: bool, connections: int) -> None:
        super().__init__(
            connection_pool_size=connections,
            read_timeout=ANSWER_SECONDS,
            write_timeout=ANSWER_SECONDS,
            connect_timeout=CONNECT_SECONDS,
            pool_timeout=CONNECT_SECONDS,
            media_write_timeout=60.0,
            httpx_kwargs={"trust_env": not direct, "verify": not plain},
        )
        self.code = 0

    async def do_request(self, *args: Any, **named: Any) -> tuple[int, bytes]:
        self.code = 0
        self.code, payload = await super().do_request(*args, **named)
        return self.code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> Any:
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict) or ("result" not in answer and "description" not in answer):
            raise TelegramError("an answer that cannot be read")
        return answer


class RawBot(Bot):
    """The library's bot, asked for plain JSON: an update that it could not parse would stop all those behind it."""

    def __init__(self, token: str, base: str, *, direct: bool) -> None:
        plain = base.startswith("http://")
        self._polling = _Request(direct=direct, plain=plain, connections=1)
        self._asking = _Request(direct=direct, plain=plain, connections=4)
        super().__init__(
            token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=self._asking,
            get_updates_request=self._polling,
        )

    async def ask(self, method: str, parameters: dict[str, Any], *, seconds: float) -> Any:
        """What Telegram answers. Raises Refusal and NoAnswer."""
        given = {key: _input(value) for key, value in parameters.items()}
        try:
            return await self.do_api_request(method, api_kwargs=given, read_timeout=seconds)
        except TelegramError as error:
            request = self._polling if method == "getUpdates" else self._asking
            raise _translated(error, request.code, self.token) from None

    async def leave(self) -> None:
        """Close what is open."""
        for request in (self._polling, self._asking):
            with contextlib.suppress(Exception):
                await request.shutdown()

    @classmethod
    def _warn(cls, *_: Any, **__: Any) -> None:
        """The library would rather parse what it knows how to parse; see above."""


def _input(value: Any) -> Any:
    return InputFile(value.content, filename=value.filename) if isinstance(value, Upload) else value


def _translated(error: TelegramError, code: int, token: str) -> Refusal | NoAnswer:
    """BadRequest and TimedOut are both NetworkError: they are looked for first."""
    words = _plain(str(error), token)
    if "Parsing the server response" in words:  # what follows is the answer itself: somebody's page, or worse
        words = f"HTTP {code}"
    if isinstance(error, RetryAfter):
        after = error.retry_after
        return Refusal(429, words, retry_after=float(after if isinstance(after, int) else after.total_seconds()))
    if isinstance(error, ChatMigrated):
        return Refusal(400, words, new_chat=error.new_chat_id)
    for kind, status in ((InvalidToken, 401), (Forbidden, 403), (BadRequest, 400), (Conflict, 409)):
        if isinstance(error, kind):
            return Refusal(status, words)
    cause = type(error.__cause__).__name__
    if isinstance(error, TimedOut):
        return NoAnswer("did not answer in time", arrived=cause not in _UNSENT)
    if code and not 200 <= code < 300:
        return Refusal(code, f"HTTP {code}")
    if code:
        return NoAnswer("sent an answer that cannot be read", arrived=True)
    if "CERTIFICATE" in str(error.__cause__):
        return NoAnswer("shows a certificate that this machine does not believe", arrived=False)
    if cause in _UNSENT:
        return NoAnswer("cannot be reached", arrived=False)
    return NoAnswer("broke off", arrived=True)


def _plain(words: str, token: str) -> str:
    line = " ".join(words.replace(token, "***").split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
