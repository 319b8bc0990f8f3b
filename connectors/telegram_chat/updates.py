"""What can be said of an update without reading what somebody wrote: its key, its time, its bytes. Never raises.

Source: https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any, TypeGuard

from ventanilla.channel import RawItem

ALLOWED = ("message", "edited_message", "callback_query", "my_chat_member")
"""What we ask Telegram for; everything else would wake us for nothing."""
MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
_LATEST = 253402300799  # the end of the year 9999


def raw_item(update: Any, *, now: datetime, floor: datetime | None) -> RawItem:
    """An update as the ledger keeps it. What was sent before `floor` is imported; without a floor nothing is."""
    raw = _bytes_of(update)
    sent = sent_at(update)
    return RawItem(
        key=key_of(update, raw),
        raw=raw,
        received_at=sent or now,
        imported=floor is not None and sent is not None and sent < floor,
        size=len(raw),
    )


def key_of(update: Any, raw: bytes) -> str:
    """`chat/message/kind/edit_date` for messages, `update/ID` for others: after a week without updates Telegram counts anew
    from a random number, so an update's own number does not tell it apart for ever.

    An edit has the text's hash behind it: two edits within one second are two versions.
    """
    if isinstance(update, dict):
        kind, message = _message_of(update)
        chat = message.get("chat")
        chat_id = chat.get("id") if isinstance(chat, dict) else None
        number, edited = message.get("message_id"), message.get("edit_date", 0)
        if all(_is_whole(each) for each in (chat_id, number, edited)):
            key = f"{chat_id}/{number}/{kind}/{edited}"
            return f"{key}/{_hash_of_words(message)}" if edited else key
        if _is_whole(update.get("update_id")):
            return f"update/{update['update_id']}"
    return f"odd/{hashlib.sha256(raw).hexdigest()[:32]}"


def sent_at(update: Any) -> datetime | None:
    """When it was written, or last edited, by Telegram's clock; None where the update does not say."""
    if not isinstance(update, dict):
        return None
    _, message = _message_of(update)
    member = update.get("my_chat_member")
    about = message or (member if isinstance(member, dict) else {})
    seconds = about.get("edit_date") or about.get("date")
    if not _is_whole(seconds) or not 0 < seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def update_id(update: Any) -> int | None:
    """Telegram's running number; None for what has none."""
    found = update.get("update_id") if isinstance(update, dict) else None
    return found if _is_whole(found) else None


def floor_of(start: str | date, since: datetime, zone: tzinfo = UTC) -> datetime | None:
    """From when on messages are new: `since` (when the channel was first configured), a date's midnight in `zone`, or always.

    In whole seconds, as Telegram counts.
    """
    if isinstance(start, date):
        return datetime.combine(start, time.min, zone).astimezone(UTC)
    return since.astimezone(UTC).replace(microsecond=0) if start == "now" else None


def _message_of(update: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    for kind in MESSAGES:
        message = update.get(kind)
        if isinstance(message, dict):
            return kind, message
    return "", {}


def _is_whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _hash_of_words(message: Mapping[str, Any]) -> str:
    words = json.dumps([message.get("text"), message.get("caption")], sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _bytes_of(update: Any) -> bytes:
    try:
        return json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate
        return json.dumps(update, separators=(",", ":")).encode()
