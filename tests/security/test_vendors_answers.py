"""What a provider sends, or somebody in its place: odd values set one item aside and never stop those behind it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.telegram_chat.reading.update import ChatContext, read_update
from connectors.telegram_chat.updates import raw_item
from connectors.twilio_phone.people import PhoneContext
from connectors.twilio_phone.reader import read_item
from router.incoming.in_person import read_taken
from tests.servers.telegram_updates import blocked, pressed, written
from ventanilla.channel import Message
from ventanilla.errors import BadMessage

NOW = datetime(2026, 11, 1, tzinfo=UTC)
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 10**30, -(10**30), 10**4200, 1e308, float("inf"), float("nan"), "", "a" * 30_000, "\0", "\ud800",
    "\u202e", "9" * 5000, "(" * 10_000, [], {}, [[]], {"a": 1}, {"id": {}}, [{"id": {}}], ["a"] * 100,
    "Mon, 99 Nov 99999 99:99:99 +9999", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59",
)  # fmt: skip
PLACE = {"latitude": 40.4, "longitude": -3.7}
FILE = {
    "file_id": "a",
    "file_unique_id": "b",
    "file_size": 3,
    "file_name": "n",
    "mime_type": "x/y",
    "width": 1,
    "height": 2,
}
CONTENT: dict[str, Any] = {
    "photo": [FILE], "document": FILE, "voice": FILE, "location": PLACE, "venue": {"title": "t", "address": "a", "location": PLACE},
    "contact": {"phone_number": "+34600", "first_name": "x", "vcard": "BEGIN:VCARD", "user_id": 7},
    "poll": {"question": "q", "options": [{"text": "a"}]}, "dice": {"emoji": "x", "value": 3},
    "sticker": {"file_id": "a", "file_unique_id": "b", "emoji": "e"}, "reply_to_message": {"message_id": 4, "text": "q"},
    "forward_origin": {"type": "user", "sender_user": {"id": 3, "first_name": "x"}, "date": 3}, "quote": {"text": "q"},
}  # fmt: skip
UPDATES = [written(5, "Hola", at=1_790_000_000)]
UPDATES += [written(5, "Hola", at=1_790_000_000, **{kind: content}) for kind, content in CONTENT.items()]
UPDATES += [pressed("x", written(4, "q", at=1)["message"]), blocked()]

SID, ACCOUNT = "SM" + "1" * 32, "AC" + "1" * 32
SENT = "Fri, 24 May 2019 17:18:27 +0000"
ITEMS: list[dict[str, Any]] = [
    {"via": "webhook", "at": NOW.isoformat(), "message": {
        "MessageSid": SID, "AccountSid": ACCOUNT, "From": "+34600000001", "To": "+34910000000", "Body": "Hola", "NumMedia": "1",
        "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": "image/png", "Latitude": "1.0", "Longitude": "2.0"}},
    {"via": "api", "message": {
        "sid": SID, "account_sid": ACCOUNT, "from": "whatsapp:+34600000001", "to": "whatsapp:+34910000000", "body": "Hola",
        "num_media": "1", "date_sent": SENT, "status": "received", "direction": "inbound"}},
    {"via": "api", "by": "x", "call": {
        "sid": "CA" + "2" * 32, "from": "+34600000001", "to": "+34910000000", "status": "completed", "direction": "inbound",
        "duration": "30", "start_time": SENT, "end_time": SENT}, "recordings": [{"sid": "RE" + "3" * 32, "duration": "3"}]},
]  # fmt: skip


def with_odd_values(whole: Any) -> Iterator[Any]:
    """The document over and over, each time with one value in it replaced by an odd one."""
    for place in _places(whole):
        for odd in ODD:
            changed = copy.deepcopy(whole)
            parent = changed
            for step in place[:-1]:
                parent = parent[step]
            parent[place[-1]] = odd
            yield changed


def _places(whole: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    below = whole.items() if isinstance(whole, dict) else enumerate(whole) if isinstance(whole, list) else ()
    for step, value in below:
        yield (*above, step)
        yield from _places(value, (*above, step))


def is_fit(message: Message) -> bool:
    """Whether every store can keep what it says."""
    said = (message.text, message.subject, message.author.name, message.author.address, message.external_id or "")
    return all("\0" not in one and one.encode() is not None for one in said)


@pytest.mark.parametrize(
    "number",
    [number if number < 3 else pytest.param(number, marks=pytest.mark.faults) for number in range(len(UPDATES))],
)
def test_an_update_of_telegram_with_one_odd_value_is_read_or_refused(number: int) -> None:
    read = 0
    for update in with_odd_values({"update_id": 1, **UPDATES[number]}):
        item = raw_item(update, now=NOW, floor=None)
        try:
            assert is_fit(read_update(item.raw or b"", context=ChatContext(bot="7000001")))
            read += 1
        except BadMessage:
            continue
    assert read


@pytest.mark.parametrize("number", range(len(ITEMS)))
def test_an_item_of_twilio_with_one_odd_value_is_read_or_refused(number: int) -> None:
    read = 0
    for item in with_odd_values(ITEMS[number]):
        try:
            assert is_fit(read_item(json.dumps(item).encode(), context=PhoneContext(language="es", zone=UTC)))
            read += 1
        except BadMessage:
            continue
    assert read


@pytest.mark.parametrize(
    "raw", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 1_000_000, b"\xff\xfe", b"1e999999999", b""]
)
def test_what_no_reader_of_json_likes_is_refused_by_ours(raw: bytes) -> None:
    with pytest.raises(BadMessage):
        read_update(raw, context=ChatContext(bot="7000001"))
    with pytest.raises(BadMessage):
        read_item(raw, context=PhoneContext(language="es", zone=UTC))
    with pytest.raises(BadMessage):
        read_taken(raw)
