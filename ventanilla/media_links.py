"""Web addresses at which one file of ours can be had by whoever was given the address, until a moment. Pure; serves nothing.

`/media/TOKEN/photo.jpg`: the token says which bytes (their SHA-256), of which type, under which name and until when, and bears an
HMAC-SHA256 over it. Nobody can make one without the installation's key, and none tells of another file.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

PATH = "/media"
_PURPOSE = b"ventanilla media 1\0"
_MAC = 20
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedFile:
    """What an address gives out, and until when."""

    sha256: str
    content_type: str
    filename: str
    expires_at: datetime


def media_url(public_url: str, signing_key: bytes, file: SharedFile) -> str:
    """The address of a file; the same arguments give the same address."""
    moment = int(file.expires_at.timestamp())
    said = json.dumps([file.sha256, file.content_type, file.filename, moment], separators=(",", ":")).encode()
    token = base64.urlsafe_b64encode(_mac(signing_key, said) + said).decode().rstrip("=")
    return f"{public_url.rstrip('/')}{PATH}/{token}/{quote(file.filename, safe='') or 'file'}"


def read_token(signing_key: bytes, token: str, *, now: datetime) -> SharedFile | None:
    """What a token gives out; None for one that we did not make, or whose time is over."""
    if len(token) > _LONGEST:
        return None
    try:
        packed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        return None
    mac, said = packed[:_MAC], packed[_MAC:]
    if not hmac.compare_digest(mac, _mac(signing_key, said)):
        return None
    sha256, content_type, filename, moment = json.loads(said)
    file = SharedFile(
        sha256=sha256,
        content_type=content_type,
        filename=filename,
        expires_at=datetime.fromtimestamp(moment, UTC),
    )
    return file if now < file.expires_at else None


def _mac(signing_key: bytes, said: bytes) -> bytes:
    return hmac.new(signing_key, _PURPOSE + said, hashlib.sha256).digest()[:_MAC]
