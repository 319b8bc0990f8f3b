"""What a move answers: how the case stands after it, and whether it was this move that brought it there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A case after a move. `changed` is False where it was so already: a repeat does nothing. `waits_for` is the outbox row of an
    answer that is still to go out, with which it becomes true."""

    key: str
    state: str
    owner: str
    changed: bool = True
    waits_for: int | None = None

    @classmethod
    def of(cls, case: sa.Row[Any], *, changed: bool = True, waits_for: int | None = None) -> Moved:
        return cls(key=case.key, state=case.state, owner=case.owner, changed=changed, waits_for=waits_for)
