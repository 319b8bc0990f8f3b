"""What the server keeps of one account: numbers, messages with their media, calls with their recordings, who opted out.

Times are aware UTC and handed in. Knows no HTTP and no wire format.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from demo.twilio_server.errors import TwilioError, not_found

WHATSAPP = "whatsapp:"
WINDOW = timedelta(hours=24)
# Twilio heeds these itself (https://www.twilio.com/docs/messaging/guides/advanced-opt-out, default keywords).
_STOP = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_START = frozenset({"start", "yes", "unstop"})
# How a message of ours comes along: status, and seconds after it was taken.
_ROAD = (("queued", 0.0), ("sent", 0.2), ("delivered", 0.6))


def new_sid(prefix: str) -> str:
    """`SM` and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of ours. `hooks` are addresses to call by what happens: sms, voice, status; "" for none."""

    sid: str
    number: str
    can: frozenset[str]
    sms_url: str = ""
    voice_url: str = ""
    status_callback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file that came with a message. `secret` is part of the address where it can be had without logging in."""

    sid: str
    content_type: str
    content: bytes = field(repr=False)
    at: datetime
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One SMS, MMS or WhatsApp message, either way. `files` is how many addresses of files one of ours names; a `template` is a
    text that WhatsApp has approved."""

    sid: str
    direction: str
    sender: str
    recipient: str
    body: str
    created_at: datetime
    media: tuple[Media, ...] = ()
    callback: str = ""
    failure: int | None = None
    files: int = 0
    template: bool = False

    def status(self, now: datetime) -> str:
        """Where it has come: taken, on its way, there."""
        if self.direction == "inbound":
            return "received"
        return [name for name, since in self.steps() if now >= since][-1]

    def steps(self) -> list[tuple[str, datetime]]:
        """Each status that one of ours goes through, and from when it has it."""
        first, second, _ = road = [(name, self.created_at + timedelta(seconds=after)) for name, after in _ROAD]
        return road if self.failure is None else [first, ("undelivered", second[1])]

    def updated_at(self, now: datetime) -> datetime:
        return min(now, self.created_at + timedelta(seconds=_ROAD[-1][1]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What a caller said after the tone."""

    sid: str
    call_sid: str
    seconds: int
    content: bytes = field(repr=False)
    content_type: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call to one of our numbers, or (`outbound-api`) from one, over and done with."""

    sid: str
    sender: str
    recipient: str
    status: str
    seconds: int
    at: datetime
    direction: str = "inbound"
    answered_by: str | None = None


Kept = TypeVar("Kept", Text, Call, Recording, Media, Number)


@dataclass(slots=True)
class Account:
    """One account. `tally` counts what was asked and refused."""

    sid: str
    token: str
    name: str
    numbers: list[Number]
    senders: frozenset[str] = frozenset()
    texts: list[Text] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    opted_out: set[tuple[str, str]] = field(default_factory=set)
    tally: Counter[str] = field(default_factory=Counter)

    def owns(self, address: str) -> bool:
        """Whether it is one of ours, SMS number or WhatsApp sender."""
        return address in self.senders or any(number.number == address for number in self.numbers)

    def take(self, text: Text) -> Text:
        """A message from outside. A word that Twilio heeds itself opts its sender out or in."""
        word, pair = text.body.strip().lower(), (text.sender, text.recipient)
        if word in _STOP:
            self.opted_out.add(pair)
        elif word in _START:
            self.opted_out.discard(pair)
        self.texts.append(text)
        return text

    def send(self, text: Text) -> Text:
        """A message of ours. Raises TwilioError for what Twilio refuses at once."""
        if not text.body and not text.files:
            raise TwilioError(400, 21602, "Message body is required.")
        if not text.recipient.removeprefix(WHATSAPP).startswith("+"):
            raise TwilioError(400, 21211, f"Invalid 'To' Phone Number: {text.recipient}")
        if not self.owns(text.sender):
            said = (
                f"The 'From' phone number provided ({text.sender}) is not a valid message-capable Twilio phone number"
            )
            raise TwilioError(400, 21606, f"{said} for this destination.")
        if (text.recipient, text.sender) in self.opted_out:
            raise TwilioError(400, 21610, "Attempt to send to unsubscribed recipient")
        if text.sender.startswith(WHATSAPP) and not text.template and not self._wrote_lately(text):
            text = replace(text, failure=63016)  # taken all the same, and undelivered afterwards
        self.texts.append(text)
        return text

    def number(self, sid: str) -> Number:
        return _found(sid, self.numbers)

    def text(self, sid: str) -> Text:
        return _found(sid, self.texts)

    def call(self, sid: str) -> Call:
        return _found(sid, self.calls)

    def recording(self, sid: str) -> Recording:
        return _found(sid, self.recordings)

    def media(self, sid: str) -> Media:
        return _found(sid, [media for text in self.texts for media in text.media])

    def _wrote_lately(self, text: Text) -> bool:
        """WhatsApp takes a free text only within a day of the person's last message."""
        return any(
            each.direction == "inbound"
            and (each.sender, each.recipient) == (text.recipient, text.sender)
            and each.created_at > text.created_at - WINDOW
            for each in self.texts
        )


def _found(sid: str, kept: Sequence[Kept]) -> Kept:
    found = next((each for each in kept if each.sid == sid), None)
    if found is None:
        raise not_found(sid)
    return found
