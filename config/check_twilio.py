"""Knows what makes no sense in Twilio channels: no number, calls without one, no template, credentials in the clear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from config.remark import Key, Remark, warning
from config.servers import is_loopback
from config.twilio import ANSWER_READY, TwilioSettings, Voicemail
from ventanilla.words import Mode

_CONTENT_SID = re.compile(r"HX[0-9a-f]{32}")


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
    yield from _templates((*key, "templates"), channel)
    if channel.start == "unseen":
        yield warning((*key, "start"), 'is "now" here: Twilio does not know what somebody has looked at')
    url = urlsplit(channel.api_url or "")
    if url.scheme == "http" and not is_loopback(url.hostname or ""):
        yield Remark((*key, "api_url"), f"would send the auth token to {url.hostname} in the clear; use https")


def _templates(key: Key, channel: TwilioSettings) -> Iterator[Remark]:
    """WhatsApp takes nothing but an approved template 24 hours after the customer wrote."""
    for name, sid in channel.templates.items():
        if not _CONTENT_SID.fullmatch(sid):
            yield warning((*key, name), f'"{sid}" is no template\'s id: expected HX and 32 characters 0-9 a-f')
    if channel.templates and not channel.whatsapp:
        yield warning(key, "counts with `whatsapp` only")
    if channel.whatsapp and channel.mode is Mode.LIVE and ANSWER_READY not in channel.templates:
        yield warning(
            key,
            f"without `{ANSWER_READY}` nobody tells a customer of an answer that comes more than 24 h after they last wrote: "
            "it waits until they write again",
        )
