"""Words that a browser carries over to the next page, under our signature: what somebody else planted is not shown as ours."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode

from desk.room import Desk

_SEAL = 24
_PURPOSE = b"ventanilla carried word 1\0"


def pack(desk: Desk, name: str, said: str) -> str:
    """The value of the cookie of this name."""
    return _seal(desk, name, said) + urlsafe_b64encode(said.encode()).decode()


def unpack(desk: Desk, name: str, value: str) -> str:
    """What it says; "" for what we have not written under this name."""
    try:
        said = urlsafe_b64decode(value[_SEAL:]).decode()
    except ValueError:
        return ""
    return said if hmac.compare_digest(value[:_SEAL].encode(), _seal(desk, name, said).encode()) else ""


def _seal(desk: Desk, name: str, said: str) -> str:
    key = desk.house.installation.signing_key
    return hmac.new(key, _PURPOSE + f"{name}\0{said}".encode(), hashlib.sha256).hexdigest()[:_SEAL]
