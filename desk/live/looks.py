"""Who looks at a case, as the desk asks it: on Redis where there is one, else nobody. One connection a process."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ventanilla.queue.looking import Looking, Present


class Nobody:
    """Of a desk without a queue server."""

    def here(self, case_id: int, agent: str, *, is_writing: bool) -> None:
        """Nothing is kept."""

    def gone(self, case_id: int, agent: str) -> None:
        """Nothing is kept."""

    def who(self, case_id: int) -> list[Present]:
        """Nobody."""
        return []

    def changed(self) -> Sequence[int]:
        """Nothing."""
        return ()


@cache
def looking_on(queue_url: str) -> Looking | Nobody:
    """What knows who looks, for this process. Connects to nothing yet."""
    if not queue_url:
        return Nobody()
    from ventanilla.queue.looking import Looking  # it loads redis

    return Looking(queue_url)
