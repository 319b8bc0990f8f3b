"""Signing as Standard Webhooks (standardwebhooks.com) has it: which secrets there are, what a signature covers. Pure."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

PREFIX = "whsec_"
FEWEST_BYTES, MOST_BYTES = 24, 64


def read_key(secret: str) -> bytes | None:
    """The key of a secret such as "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" (base64 of 24 to 64 bytes); None where it is none."""
    try:
        key = base64.b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if FEWEST_BYTES <= len(key) <= MOST_BYTES else None


def signature(keys: Sequence[bytes], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one for each key, so that a receiver that knows either believes it while they change."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digests = (hmac.new(key, signed, hashlib.sha256).digest() for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode('ascii')}" for digest in digests)
