"""Makes the signed bearer tokens (JWT, HS256) that the test servers accept; no client looks inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = b"a secret that only these test servers know"


def make_token(user: str, *, expires_in: float = 3600, secret: bytes = SECRET) -> str:
    """A token for `user`, valid for `expires_in` seconds from now (negative: already expired)."""
    now = int(time.time())
    claims = {"sub": user, "email": user, "iat": now - 600, "exp": int(now + expires_in)}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def _part(content: dict[str, Any]) -> str:
    return _encode(json.dumps(content).encode())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
