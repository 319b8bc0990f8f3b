"""Makes the signed bearer tokens (JWT, HS256) that the test servers accept; no client looks inside."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

SECRET = b"a secret that only these test servers know"


def make_token(user: str, *, expires_in: float = 3600, number: int = 0, secret: bytes = SECRET) -> str:
    """A token for `user`, valid for `expires_in` seconds from now (negative: already expired). `number` makes it its own."""
    now = int(time.time())
    claims = {"sub": user, "email": user, "iat": now - 600, "exp": int(now + expires_in), "jti": str(number)}
    signed = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{_part(claims)}"
    return f"{signed}.{_encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def is_good(token: str, user: str, *, secret: bytes = SECRET) -> bool:
    """Whether `make_token` made this for `user` and it has not expired."""
    signed, _, signature = token.rpartition(".")
    if signature != _encode(hmac.new(secret, signed.encode(), hashlib.sha256).digest()):
        return False
    middle = signed.partition(".")[2]
    claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return bool(claims["sub"] == user and claims["exp"] > time.time())


def _part(content: dict[str, Any]) -> str:
    return _encode(json.dumps(content).encode())


def _encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
