"""Pulls a bot's updates by long polling and hands them over unread; where there is a webhook, sees that it works.

An update is confirmed, and so forgotten by Telegram, when it is asked for those behind it. We ask for those only once a batch is
in the store: the caller commits before it asks for the next. (https://core.telegram.org/bots/api#getupdates)
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from datetime import datetime
from typing import Any

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.identity import source_name
from connectors.telegram_chat.progress import Progress, from_checkpoint
from connectors.telegram_chat.stir import Stir
from connectors.telegram_chat.troubles import TROUBLES, NoAnswer, Refusal, explain
from connectors.telegram_chat.updates import ALLOWED, raw_item
from connectors.telegram_chat.webhook import WebhookKeeper
from ventanilla.channel import Batch
from ventanilla.errors import LoginRefused, Permanent, VentanillaError

MOST_UPDATES = 100
_LONG_POLL = 50
_ANSWER_COMES = 2.0  # a poll that lasts as long as we wait answers a moment later: to hang up just then serves nobody
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 60.0
_STOPS_AFTER = 3  # times that somebody else took the bot from us, without a poll that went well in between


class TelegramSource:
    """One bot as a channel's source. Used by one thread, except `interrupt`.

    `floor` decides at first contact which waiting messages are only imported: those sent before it; later the checkpoint does.
    """

    def __init__(
        self,
        api: BotApi,
        *,
        floor: datetime | None,
        webhook: WebhookKeeper | None = None,
        most_updates: int = MOST_UPDATES,
    ) -> None:
        self._api = api
        self._floor = floor
        self._webhook = webhook or WebhookKeeper(api)
        self._most = most_updates
        self._stir = Stir()
        self._polls = False
        self._offset: int | None = None
        self._kept: tuple[int | None, Sequence[Any]] | None = None
        self._trouble: VentanillaError | Refusal | None = None
        self._pause = _FIRST_PAUSE
        self._conflicts = 0

    @property
    def name(self) -> str:
        """`telegram:BOTID`. While the token cannot be read nobody knows whose this is, and nothing is pulled."""
        try:
            return source_name(self._api.bot)
        except LoginRefused:
            return source_name("unknown")

    def pull(self, checkpoint: Mapping[str, Any] | None, *, now: datetime) -> Iterator[Batch]:
        """What waits, in the order of its arrival. Raises Temporary (two pollers, too many requests, no answer), LoginRefused;
        Permanent when another program takes the bot from us again and again: one of the two must stop."""
        trouble, self._trouble = self._trouble, None
        progress = from_checkpoint(checkpoint, floor=self._floor)
        try:
            if trouble is not None:
                raise trouble
            for items, reached in self._steps(progress, now):
                yield Batch(source=self.name, items=items, checkpoint=reached.to_checkpoint())
        except TROUBLES as error:
            self._polls = False
            raise self._explained(error) from None

    def wait(self, seconds: float) -> None:
        """Block until an update arrives, `seconds` are over or `interrupt` is called. What arrives is kept for the next pull,
        unconfirmed. Never raises: what must be told, the next pull raises."""
        poll = self._begin_poll(seconds) if self._polls else None
        ends = time.monotonic() + seconds
        patience = seconds + (_ANSWER_COMES if poll is not None and seconds >= 1 else 0.0)
        rung = self._stir.wait(patience, lambda: poll is not None and poll.done())
        if poll is None or self._take(poll):
            self._pause = _FIRST_PAUSE
        elif not rung:
            self._stir.wait(max(0.0, min(self._pause, ends - time.monotonic())))
            self._pause = min(self._pause * 2, _LONGEST_PAUSE)

    def interrupt(self) -> None:
        """Make a `wait` under way, or the next one, return at once; from any thread."""
        self._stir.ring()

    def close(self) -> None:
        """Let go of the connection. Never raises; twice does no harm."""
        self._api.close()

    def _steps(self, progress: Progress, now: datetime) -> Iterator[tuple[Sequence[Any], Progress]]:
        """Batches with how far each goes; a webhook's own steps before them."""
        for reached in self._webhook.steps(progress, now):
            yield (), reached
            progress = reached
        self._polls = self._webhook.is_off(now)
        if self._polls:
            yield from self._polled(progress, now)
            self._webhook.tell()

    def _polled(self, progress: Progress, now: datetime) -> Iterator[tuple[Sequence[Any], Progress]]:
        self._offset = progress.offset_at(now)
        updates = self._kept_for(self._offset)
        while updates is None or updates:
            if updates is None:
                updates = self._ask(self._offset, progress)
                if not updates:
                    return
            before, progress = progress, replace(progress.after(updates, now=now), webhook="")
            yield [raw_item(update, now=now, floor=progress.floor) for update in updates], progress
            self._offset = progress.offset
            self._calm(updates)
            if len(updates) < self._most or progress.offset == before.offset:
                return
            updates = None

    def _kept_for(self, offset: int | None) -> Sequence[Any] | None:
        """What the last wait brought, if it was asked for from where we are now."""
        kept, self._kept = self._kept, None
        return kept[1] if kept is not None and kept[0] == offset else None

    def _ask(self, offset: int | None, progress: Progress) -> Sequence[Any]:
        asked = {"offset": offset, "limit": self._most, "timeout": 0, "allowed_updates": list(ALLOWED)}
        try:
            return _listed(self._api.call("getUpdates", asked))
        except Refusal as refusal:
            if refusal.code != 409 or not self._webhook.remove_own(progress):
                raise
            return _listed(self._api.call("getUpdates", asked))

    def _begin_poll(self, seconds: float) -> Future[Any] | None:
        longest = max(1, min(int(seconds), _LONG_POLL))
        asked = {"offset": self._offset, "limit": self._most, "timeout": longest, "allowed_updates": list(ALLOWED)}
        try:
            poll = self._api.begin("getUpdates", asked, seconds=longest + 10.0)
        except VentanillaError as error:
            self._trouble = error
            return None
        poll.add_done_callback(lambda _: self._stir.nudge())
        return poll

    def _take(self, poll: Future[Any]) -> bool:
        """Keep what a long poll brought; whether it went well. One still under way is given up: nothing is confirmed by it."""
        if not poll.done():
            poll.cancel()
            return True
        try:
            updates = _listed(poll.result())
        except (*TROUBLES, CancelledError) as error:
            # Another poller is seen only now: the next pull would push it aside and see nothing.
            if isinstance(error, Refusal) and error.code in (401, 404, 409, 429):
                self._trouble = error
            return False
        self._kept = (self._offset, updates) if updates else None
        self._conflicts = 0
        return True

    def _calm(self, updates: Sequence[Any]) -> None:
        """Tell Telegram that pressed buttons were seen, or their clock turns for a minute. Never raises."""
        for update in updates:
            pressed = update.get("callback_query") if isinstance(update, dict) else None
            if isinstance(pressed, dict):
                with contextlib.suppress(*TROUBLES, VentanillaError):
                    self._api.call("answerCallbackQuery", {"callback_query_id": pressed.get("id")}, seconds=5)

    def _explained(self, trouble: Refusal | NoAnswer) -> VentanillaError:
        if isinstance(trouble, Refusal) and trouble.code == 409:
            self._conflicts += 1
            told = self._webhook.explain_conflict(trouble)
            return told if self._conflicts < _STOPS_AFTER else Permanent(str(told), cure=told.cure)
        return explain(trouble, host=self._api.host, where=self._api.where)


def _listed(answer: Any) -> Sequence[Any]:
    if not isinstance(answer, list):
        raise NoAnswer("sent an answer that cannot be read", arrived=True)
    return answer
