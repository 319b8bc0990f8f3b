"""Idempotency keys as the store has them: two people who happen on the same one do not get in each other's way. Pure."""

from __future__ import annotations

import hashlib


def scoped(agent: str, idempotency_key: str) -> str:
    """The key of one person; the same for the same two words."""
    return f"{agent}:{hashlib.sha256(idempotency_key.encode()).hexdigest()}"
