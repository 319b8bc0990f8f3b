"""Idempotency keys as the store has them: two people who happen on the same one, and two moves, do not get in each other's way.
Pure."""

from __future__ import annotations

import hashlib


def scoped(agent: str, move: str, idempotency_key: str) -> str:
    """The key of one person's move (`reply`, `called`…); the same for the same three words."""
    return f"{agent}:{move}:{hashlib.sha256(idempotency_key.encode()).hexdigest()}"
