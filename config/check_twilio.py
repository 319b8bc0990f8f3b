"""Knows what makes no sense in Twilio channels: no number, calls without one, credentials in the clear."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from config.remark import Key, Remark, warning
from config.servers import is_loopback
from config.twilio import TwilioSettings, Voicemail


def check_twilio(key: Key, channel: TwilioSettings) -> Iterator[Remark]:
    """What is odd or missing about one channel."""
    if not (channel.numbers or channel.whatsapp):
        yield Remark(key, 'name at least one number, such as numbers = ["+34910000000"]')
    elif channel.calls and not channel.numbers:
        yield Remark((*key, "calls"), "needs `numbers`: nobody can be called on WhatsApp alone")
    if not channel.calls:
        if channel.hang_ups:
            yield warning((*key, "hang_ups"), "counts with `calls = true` only")
        if channel.voicemail != Voicemail():
            yield warning((*key, "voicemail"), "counts with `calls = true` only")
    if channel.start == "unseen":
        yield warning((*key, "start"), 'is "now" here: Twilio does not know what somebody has looked at')
    url = urlsplit(channel.api_url or "")
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        yield Remark((*key, "api_url"), f"would send the auth token to {url.hostname} in the clear; use https")
