"""What an item of the ledger says, as text and bounded, for whoever must decide about it. Nothing of it is ever shown as a page.

What its channel has read before is read again; what could not be read (and may have killed its reader) is shown as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog

from connectors.registry import Place, kind
from desk.room import Desk
from ventanilla.channel import Message
from ventanilla.errors import VentanillaError
from ventanilla.store.blobs import blob_path
from ventanilla.store.installation import Installation
from ventanilla.words import InboxState

log = structlog.get_logger(__name__)

MOST = 20_000
"""Characters shown."""
READ_AT_MOST = 4_000_000
"""Bytes of an item that is read through its channel; of a larger one the beginning is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """`text` is what it says, or its source where `is_source`; `cut`: there is more. `files` are (name, type, bytes)."""

    text: str
    is_source: bool
    cut: bool
    to: tuple[str, ...] = ()
    sender: str = ""
    files: tuple[tuple[str, str, int], ...] = ()


def preview(desk: Desk, item: Any, raw: Any) -> Shown | None:
    """What the item says; None where its bytes were never had, or are gone."""
    content = _content(desk, raw)
    if content is None:
        return None
    if item.state != InboxState.QUARANTINED and len(content) < READ_AT_MOST:
        message = _read(desk, item.channel, content)
        if message is not None:
            return _of_message(message)
    text = content[: MOST * 4].decode("utf-8", "replace")
    return Shown(text=_plain(text[:MOST]), is_source=True, cut=len(content) > MOST)


def _content(desk: Desk, raw: Any) -> bytes | None:
    if raw.raw_blob is None:
        return None if raw.raw is None else bytes(raw.raw)
    try:
        with blob_path(desk.store.blobs, raw.raw_blob).open("rb") as file:
            return file.read(READ_AT_MOST)
    except OSError:
        return None


def _read(desk: Desk, channel: str, content: bytes) -> Message | None:
    """As its channel reads it; None where that cannot be: the channel is gone, or it is not one of the file's."""
    settings = desk.config.channels.get(channel)
    if settings is None:
        return None
    known: Installation = desk.house.installation
    try:
        place = Place(name=channel, config=desk.config, installation=known, since=desk.clock())
        return kind(settings.kind).reader(settings, place)(content)
    except (VentanillaError, KeyError):
        return None
    except Exception:  # another package's reader: its mistake must not hide the item
        log.exception("preview_failed", channel=channel)
        return None


def _of_message(message: Message) -> Shown:
    text = message.text or message.reply_text
    sender = " ".join(part for part in (message.customer.name, f"<{message.customer.address}>") if part)
    return Shown(
        text=_plain(text[:MOST]),
        is_source=False,
        cut=len(text) > MOST,
        sender=sender,
        to=tuple(party.address for party in message.to)[:20],
        files=tuple((file.filename, file.content_type, file.size) for file in message.attachments)[:50],
    )


def _plain(text: str) -> str:
    """Without what a page could not show, or what would turn its direction."""
    return "".join(sign if _is_plain(sign) else "\ufffd" for sign in text.replace("\r\n", "\n"))


def _is_plain(sign: str) -> bool:
    return sign in "\n\t" or (sign.isprintable() and sign not in _TURNS)


_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
