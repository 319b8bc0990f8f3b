"""Asks Telegram how much of a bot's waits, and whether that moves. What was confirmed cannot be listed by anybody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.telegram_chat.api import BotApi
from connectors.telegram_chat.identity import source_name
from connectors.telegram_chat.progress import from_checkpoint
from connectors.telegram_chat.troubles import TROUBLES, explain
from connectors.telegram_chat.webhook import WebhookInfo, foreign_webhook, webhook_info
from ventanilla.channel import RawItem
from ventanilla.comparer import Comparison, Known, Lacking
from ventanilla.errors import LoginRefused

EVERY = timedelta(hours=1)
PATIENCE = timedelta(minutes=10)
"""How long updates may wait without one of them coming in, while somebody pulls."""
WAITING = "waiting"
"""The one name that updates nobody can list have."""
_KEPT = "Telegram keeps what waits for 24 hours"


class BotComparer:
    """One bot. `address` is where Telegram is to call us, None where it is polled."""

    every = EVERY

    def __init__(self, api: BotApi, *, address: str | None = None) -> None:
        self._api, self._address = api, address

    @property
    def name(self) -> str:
        """As its source's."""
        try:
            return source_name(self._api.bot)
        except LoginRefused:
            return source_name("unknown")

    def compare(
        self,
        checkpoint: Mapping[str, Any] | None,
        known: Known,
        *,
        since: datetime,
        last: Mapping[str, Any],
        now: datetime,
    ) -> Comparison:
        """What waits is to come. What has waited through `PATIENCE` while nothing at all came in is missing."""
        try:
            info = webhook_info(self._api)
        except TROUBLES as trouble:
            raise explain(trouble, host=self._api.host, where=self._api.where) from None
        progress = from_checkpoint(checkpoint, floor=None)
        if info.url and info.url not in (self._address, progress.webhook):
            raise foreign_webhook(info)
        if not info.waiting:
            return Comparison(remark="nothing waits; what was fetched cannot be listed")
        mark = [progress.offset, known.count()]
        began = _since(last, mark) or now
        notes = {"since": began.isoformat(), "mark": mark}
        if now - began < PATIENCE:
            return Comparison(to_come=info.waiting, notes=notes, remark=f"waits at Telegram; {_KEPT}{_trouble(info)}")
        remark = f"waits since {began:%Y-%m-%d %H:%M} UTC at least, and nothing comes in; {_KEPT}{_trouble(info)}"
        return Comparison(missing=info.waiting, items=[Lacking(key=WAITING, at=began)], notes=notes, remark=remark)

    def fetch(
        self, items: Sequence[Lacking], checkpoint: Mapping[str, Any] | None, *, now: datetime
    ) -> Iterator[Sequence[RawItem]]:
        """Nothing: two who ask for updates take them from each other. What waits comes with the pull."""
        return iter(())

    def close(self) -> None:
        """Let go of the connection."""
        self._api.close()


def _since(last: Mapping[str, Any], mark: Sequence[Any]) -> datetime | None:
    """Since when something has been seen waiting without anything coming in; None when this is the first look at it."""
    since = last.get("since")
    return datetime.fromisoformat(since) if isinstance(since, str) and last.get("mark") == list(mark) else None


def _trouble(info: WebhookInfo) -> str:
    if not info.error:
        return ""
    when = "" if info.error_at is None else f" at {info.error_at:%Y-%m-%d %H:%M} UTC"
    return f"; it could not deliver{when}: {info.error}"
