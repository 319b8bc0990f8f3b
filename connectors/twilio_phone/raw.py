"""Knows the form in which an item is kept: Twilio's own fields as they came, by the API or by a webhook. Pure.

{"via": "api", "message": {…}} · {"via": "webhook", "at": "2026-11-01T10:32:00+00:00", "message": {…}} · the same with "call"
and "recordings". `late` was on a recording that came after its call had been taken in. `by` is on a call of ours that somebody
made by a program: what that calls them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from connectors.reading.characters import clean_text
from ventanilla.errors import BadMessage

Fields = Mapping[str, Any]


def message_by_api(message: Fields) -> bytes:
    """A message as the API lists it."""
    return _bytes({"via": "api", "message": message})


def call_by_api(call: Fields, recordings: Sequence[Fields], *, by: str = "") -> bytes:
    """A call as the API lists it, with its recordings."""
    return _bytes({"via": "api", "call": call, "recordings": list(recordings)} | ({"by": by} if by else {}))


def message_by_webhook(message: Fields, *, at: datetime) -> bytes:
    """A message as a webhook brought it at this moment."""
    return _bytes({"via": "webhook", "at": at.astimezone(UTC).isoformat(), "message": message})


def call_by_webhook(call: Fields, recordings: Sequence[Fields], *, at: datetime) -> bytes:
    """A call as a webhook told of it at this moment."""
    return _bytes(
        {"via": "webhook", "at": at.astimezone(UTC).isoformat(), "call": call, "recordings": list(recordings)}
    )


def unpacked(raw: bytes) -> dict[str, Any]:
    """An item's parts. Raises BadMessage for anything that was not made here."""
    try:
        item = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    if not isinstance(item, dict) or item.get("via") not in ("api", "webhook"):
        raise BadMessage("not an item of this channel")
    return item


def text_of(fields: Fields, *names: str) -> str:
    """The first of these fields that says something, as a text that any store takes."""
    for name in names:
        value = fields.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value:
            return clean_text(value)
    return ""


def number_of(fields: Fields, *names: str) -> int:
    """The first of these fields that is a whole number of at most nine digits; 0 where there is none."""
    text = text_of(fields, *names)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def moment_of(fields: Fields, *names: str) -> datetime | None:
    """The first of these fields that is a date (RFC 2822, or ISO 8601), in UTC."""
    for name in names:
        found = _moment(text_of(fields, name))
        if found is not None:
            return found
    return None


def _moment(text: str) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = parse(text)
            return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
    return None


def _bytes(item: Mapping[str, Any]) -> bytes:
    return json.dumps(item).encode()
