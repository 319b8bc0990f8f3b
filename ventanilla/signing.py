"""Message-IDs of our own, signed, so that an answer finds its case and a forged one does not. Knows no store.

`<vc.K7MQ2XVTR.5f3a9c0e1b.2b7d…@example.com>`: purpose, case key, a nonce, and an HMAC-SHA256 cut to 80 bits. `vc` went to a
customer, `vn` to one of us as a notice.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from enum import StrEnum

from ventanilla.keys import read_key

LOOP_HEADER = "X-Ventanilla-Loop"
COPY_HEADER = "X-Ventanilla-Id"
"""Repeats the Message-ID of what we send, for providers that put one of their own in its place."""
_OURS = re.compile(r"<?(v[cn])\.([0-9A-Z]{9})\.([0-9a-f]{6,32})\.([0-9a-f]{20})@[^\s<>@]+>?\s*$")


class Purpose(StrEnum):
    """Whom the message was for."""

    CUSTOMER = "vc"
    NOTICE = "vn"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnId:
    """What one of our Message-IDs says, its signature having been checked."""

    purpose: Purpose
    case_key: str


def message_id(signing_key: bytes, *, purpose: Purpose, case_key: str, nonce: str, domain: str) -> str:
    """Our Message-ID, angle brackets included; the same arguments give the same id (a repeat is recognisable)."""
    bare = case_key.replace("-", "")
    return f"<{purpose}.{bare}.{nonce}.{_signature(signing_key, purpose, bare, nonce)}@{domain}>"


def read_message_id(signing_key: bytes, value: str) -> OwnId | None:
    """What an id of ours says; None when it is somebody else's or its signature is wrong."""
    match = _OURS.match(value.strip())
    if match is None:
        return None
    purpose, bare, nonce, signature = match.groups()
    key = read_key(bare)
    if key is None or not hmac.compare_digest(signature, _signature(signing_key, purpose, bare, nonce)):
        return None
    return OwnId(purpose=Purpose(purpose), case_key=key)


def _signature(signing_key: bytes, purpose: str, bare: str, nonce: str) -> str:
    return hmac.new(signing_key, f"{purpose}.{bare}.{nonce}".encode(), hashlib.sha256).hexdigest()[:20]
