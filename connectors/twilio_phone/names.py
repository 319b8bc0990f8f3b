"""Knows what the numbers of a channel are called: as our side of a message, as a place of a checkpoint, on the web. Pure."""

from __future__ import annotations

import re
from urllib.parse import quote

SID = re.compile(r"[A-Z]{2}[0-9a-zA-Z]{8,62}\Z")
"""What Twilio's ids look like: what came in from outside goes into no address unless it does."""
WHATSAPP = "whatsapp:"
PART_OF = "of"
"""In the address of a status callback: the SID of the first part of what this is a later part of."""


def whatsapp(number: str) -> str:
    """Our side of a WhatsApp message, as Twilio writes it."""
    return WHATSAPP + number


def bare(account: str) -> str:
    """The number of one of our sides, without the medium."""
    return account.removeprefix(WHATSAPP)


def messages_source(account_sid: str, account: str) -> str:
    """Where the checkpoint of one number's messages belongs."""
    return f"twilio:{account_sid}:{account}"


def calls_source(account_sid: str, number: str) -> str:
    """Where the checkpoint of one number's calls belongs."""
    return f"twilio:{account_sid}:calls:{number}"


def called_source(account_sid: str, number: str) -> str:
    """Where the checkpoint of the calls belongs that were made from one number."""
    return f"twilio:{account_sid}:called:{number}"


def hook_address(public_url: str, channel: str, path: str) -> str:
    """The public web address of one hook: what is pasted at Twilio, and what Twilio signs."""
    return f"{public_url.rstrip('/')}/webhooks/{quote(channel, safe='')}/{path}"
