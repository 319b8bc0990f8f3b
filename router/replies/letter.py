"""How an answer to a customer is addressed: by which way out, to whom, with what beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """An answer ready for the outbox. `hold` is why it may not go out yet (`window: …`), None when it may; `payload` is what the
    sender needs (see connectors/letters.py), `message_id` is ours where the channel has such ids."""

    via: str
    recipient: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    message_id: str | None = None
    hold: str | None = None
