"""Says what is to be pasted at Twilio for each number of a channel, and what each number can do. Changes nothing there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from config.twilio import TwilioSettings
from connectors.twilio_phone.names import hook_address, whatsapp
from connectors.twilio_phone.numbers import OwnNumber
from connectors.twilio_phone.twiml import Greeting, record


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to paste: into which field of which number, what is there now (None: not known), and what is to be there."""

    number: str
    where: str
    paste: str
    now: str | None = None

    @property
    def is_done(self) -> bool:
        """Whether it is there already."""
        return self.now == self.paste

    def as_json(self) -> dict[str, Any]:
        """As the command prints it."""
        return {"number": self.number, "field": self.where, "paste": self.paste, "now": self.now, "done": self.is_done}


MESSAGE_FIELD = "A message comes in (Webhook, HTTP POST)"
CALL_FIELD = "A call comes in (Webhook, HTTP POST)"
STATUS_FIELD = "Call status changes (HTTP POST)"
BIN_FIELD = "A call comes in (TwiML Bin)"
SENDER_FIELD = "WhatsApp sender: webhook URL for incoming messages (HTTP POST)"


def steps(
    settings: TwilioSettings, channel: str, public_url: str | None, *, has: Sequence[OwnNumber] | None, bin_: str | None
) -> list[Step]:
    """What to paste where; nothing for messages where there is no public address: polling needs nothing. `has` is what the
    account has, None when it could not be asked; `bin_` the TwiML Bin for calls where there is no public address."""
    if public_url is None:
        return [Step(number=number, where=BIN_FIELD, paste=bin_) for number in settings.numbers if bin_]
    known = {each.number: each for each in has or ()}
    found = [step for number in settings.numbers for step in _of(number, known, settings, channel, public_url)]
    address = hook_address(public_url, channel, "sms")
    return found + [Step(number=whatsapp(each), where=SENDER_FIELD, paste=address) for each in settings.whatsapp]


def twiml_bin(greeting: Greeting) -> str:
    """What to keep in a TwiML Bin, so that callers are greeted and recorded without any web address of ours."""
    return record(greeting).decode()


def _of(
    number: str, known: dict[str, OwnNumber], settings: TwilioSettings, channel: str, public_url: str
) -> list[Step]:
    own = known.get(number)
    wanted = []
    if own is None or "sms" in own.can:
        wanted.append((MESSAGE_FIELD, "sms", None if own is None else own.sms_url))
    if settings.calls and (own is None or "voice" in own.can):
        wanted.append((CALL_FIELD, "voice", None if own is None else own.voice_url))
        wanted.append((STATUS_FIELD, "call", None if own is None else own.call_status_url))
    return [
        Step(number=number, where=where, paste=hook_address(public_url, channel, path), now=now)
        for where, path, now in wanted
    ]
