"""Reads what the ledger keeps of an item: which one it is at its provider, who sent it and what it says first. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import parseaddr
from typing import Any

from demo.book import Source
from demo.post_office import mark_of
from ventanilla.words import STAFF_BOT

MAIL, CHAT, PHONE = "correo", "chat", "telefono"
"""The names of the channels in config/demo.toml."""
_SOURCES = {MAIL: Source.MAIL, CHAT: Source.TELEGRAM, PHONE: Source.PHONE, STAFF_BOT: Source.STAFF}
_OWN_COPY = "<vc."
WITHHELD = "anonymous"
"""Who calls without showing their number, as Twilio names them."""
_HEADERS = BytesHeaderParser(policy=default)


def item_of(channel: str, raw: bytes, *, is_sent: bool = False) -> tuple[Source, str] | None:
    """The source and the mark under which the book has it; None for what belongs to another item (a recording that came late, a
    copy of what the service itself sent). `is_sent`: it lay in the folder of sent mail."""
    source = _SOURCES[channel]
    if source is Source.MAIL:
        mark = mark_of(raw)
        if is_sent:
            return None if mark.startswith(_OWN_COPY) else (Source.SENT, mark)
        return source, mark
    item = _read(raw)
    if source is not Source.PHONE:
        return source, str(item.get("update_id"))
    return None if item.get("late") else (source, str(_fields(item).get("sid")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Glimpse:
    """Sender, first words and medium of an item, "" for what it lacks."""

    who: str = ""
    what: str = ""
    medium: str = "email"


def glimpse(channel: str, raw: bytes) -> Glimpse:
    """What can be said of an item that became no message."""
    if channel == MAIL:
        header = _HEADERS.parsebytes(raw[:100_000])
        name, address = parseaddr(str(header["From"] or ""))
        return Glimpse(who=name or address, what=str(header["Subject"] or ""))
    item = _read(raw)
    if channel == PHONE:
        return _by_phone(item)
    message = item.get("message") or item.get("edited_message") or item.get("my_chat_member") or {}
    sender = message.get("from") or {}
    name = f"{sender.get('first_name', '')} {sender.get('last_name', '')}".strip()
    return Glimpse(who=name, what=str(message.get("text") or message.get("caption") or ""), medium="telegram")


def _by_phone(item: Mapping[str, Any]) -> Glimpse:
    fields = _fields(item)
    sender = str(fields.get("from") or "")
    medium = "call" if "call" in item else "whatsapp" if sender.startswith("whatsapp:") else "sms"
    who = "" if sender == WITHHELD else sender.removeprefix("whatsapp:")
    return Glimpse(who=who, what=str(fields.get("body") or ""), medium=medium)


def _fields(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return item.get("message") or item.get("call") or {}


def _read(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
