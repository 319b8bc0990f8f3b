"""Turns one item of this channel, as it is kept, into a message. Pure."""

from __future__ import annotations

from connectors.twilio_phone.people import PhoneContext
from connectors.twilio_phone.raw import unpacked
from connectors.twilio_phone.read_calls import read_call
from connectors.twilio_phone.read_messages import read_message
from ventanilla.channel import Message
from ventanilla.errors import BadMessage


def read_item(raw: bytes, *, context: PhoneContext) -> Message:
    """The message that an item is; the same one whether the API or a webhook brought it. Raises BadMessage."""
    item = unpacked(raw)
    if "message" in item:
        return read_message(item)
    if "call" in item:
        return read_call(item, context)
    raise BadMessage("neither a message nor a call")
