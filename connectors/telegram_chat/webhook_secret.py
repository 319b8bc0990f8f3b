"""Where Telegram is to call us, and what it shows when it does; both follow from what we know anyway."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import quote


def webhook_address(public_url: str, channel: str) -> str:
    """Where Telegram is to call for this channel."""
    return f"{public_url.rstrip('/')}/webhooks/{quote(channel, safe='')}/"


def webhook_secret(signing_key: bytes, bot: str) -> str:
    """64 characters 0-9 a-f (Telegram allows 256 of A-Z a-z 0-9 _ -), derived from this installation's key: nothing to keep."""
    return hmac.new(signing_key, f"telegram webhook {bot}".encode(), hashlib.sha256).hexdigest()
