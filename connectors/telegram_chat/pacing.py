"""The pace at which a bot may write, as Telegram asks for it, kept with every other process that writes as the same bot.

Source: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this (one a second in a chat with short bursts,
20 a minute in a group, about 30 a second overall).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from ventanilla.errors import TooSoon
from ventanilla.pace import Limiter, Pace

_OVERALL = (1 / 25, 5)
_CHAT = (1.0, 3)
_GROUP = (3.6, 3)
_AT_ONCE = 0.3
"""So many seconds are waited for on the spot; for longer ones others go first."""
_WITHIN = 4.0
"""The same between two parts of one message, which should stand together."""


class BotPace:
    """Asks before each call. Used by one thread at a time."""

    def __init__(self, limiter: Limiter, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._limiter = limiter
        self._sleep = sleep
        self._refused: int | None = None

    def wait_turn(self, bot: str, chat: int | None, *, within: bool) -> None:
        """Return when a message may go to this chat; None: something is rewritten, which is no message more. Raises TooSoon when
        that is a while; `within` a message it waits longer."""
        overall = overall_pace(bot)
        paces = (overall,) if chat is None else (overall, chat_pace(bot, chat))
        patience = _WITHIN if within else _AT_ONCE
        while (wait := self._limiter.take(paces)) is not None:
            patience -= wait.seconds
            if patience < 0:
                raise TooSoon(
                    f"Telegram takes no more for {wait.seconds:.1f} s",
                    retry_after=wait.seconds,
                    is_whole=wait.key == overall.key,
                )
            self._sleep(wait.seconds)

    def refused(self, bot: str, chat: int, seconds: float) -> None:
        """Telegram says how long to leave it alone, and not whether it means this chat or the bot: it is the bot once another
        chat was refused just before."""
        self._limiter.shut(chat_pace(bot, chat), seconds)
        if self._refused is not None and self._refused != chat:
            self._limiter.shut(overall_pace(bot), seconds)
        self._refused = chat

    def went_well(self, chat: int) -> None:
        """Something was taken: what was refused before was about a chat."""
        if self._refused != chat:
            self._refused = None


def overall_pace(bot: str) -> Pace:
    """All that the bot writes."""
    seconds, burst = _OVERALL
    return Pace(key=f"{{telegram:{bot}}}", seconds=seconds, burst=burst)


def chat_pace(bot: str, chat: int) -> Pace:
    """What it writes to one chat; groups have negative numbers."""
    seconds, burst = _GROUP if chat < 0 else _CHAT
    return Pace(key=f"{{telegram:{bot}}}:{chat}", seconds=seconds, burst=burst)
