"""How far a bot's updates were read, as the checkpoint keeps it; pure, knows no connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from connectors.telegram_chat.updates import update_id

FORGET_OFFSET = timedelta(days=6)
"""After a week without updates Telegram counts on from a random number, and an offset above that would throw updates away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`offset` is the number of the next update, `seen_at` when the last one came. What was sent before `floor` is imported.
    `webhook` is the address that we had Telegram call, so that we know our own again."""

    offset: int | None = None
    seen_at: datetime | None = None
    floor: datetime | None = None
    webhook: str = ""

    def offset_at(self, now: datetime) -> int | None:
        """The offset to ask with; None when it may be from before Telegram began to count anew."""
        return None if self.seen_at is None or now - self.seen_at > FORGET_OFFSET else self.offset

    def after(self, updates: Sequence[Any], *, now: datetime) -> Progress:
        """Once these are in the store. A number below the last one counts too: Telegram began anew."""
        numbers = [number for number in map(update_id, updates) if number is not None]
        return replace(self, offset=max(numbers) + 1 if numbers else self.offset, seen_at=now)

    def to_checkpoint(self) -> dict[str, Any]:
        """As the store keeps it (JSON)."""
        return {
            "offset": self.offset,
            "seen_at": None if self.seen_at is None else self.seen_at.isoformat(),
            "floor": None if self.floor is None else self.floor.isoformat(),
            "webhook": self.webhook,
        }


def from_checkpoint(checkpoint: Mapping[str, Any] | None, *, floor: datetime | None) -> Progress:
    """Read what `to_checkpoint` wrote. `floor` counts at first contact; later the checkpoint's does."""
    if not checkpoint:
        return Progress(floor=floor)
    offset = checkpoint.get("offset")
    return Progress(
        offset=None if offset is None else int(offset),
        seen_at=_moment(checkpoint.get("seen_at")),
        floor=_moment(checkpoint["floor"]) if "floor" in checkpoint else floor,
        webhook=str(checkpoint.get("webhook") or ""),
    )


def _moment(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
