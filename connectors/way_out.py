"""Whether a way out works, as its channel's row says and as a person is told once. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ventanilla.errors import LoginRefused, VentanillaError
from ventanilla.store.channels import SENDING, TellTrouble, note_trouble, note_well
from ventanilla.store.engine import Store
from ventanilla.store.outbox import back_off
from ventanilla.words import STAFF_BOT, STAFF_TELEGRAM


@dataclass(slots=True, kw_only=True)
class WaysOut:
    """Used by several threads, each for ways out of its own."""

    store: Store
    clock: Callable[[], datetime]
    tell_trouble: TellTrouble
    _well: set[str] = field(default_factory=set)  # as far as this process has seen

    def note_trouble(self, via: str, error: VentanillaError) -> None:
        """A refused login stops this way out: `status` says so, and a person is told once. Raises Temporary: then the next
        failure notes it. The rows stay and are tried again."""
        self._well.discard(via)
        now = self.clock()
        with self.store.write() as connection:
            note_trouble(
                connection,
                channel_of(via),
                SENDING,
                problem=f"sending: {error}",
                cure=getattr(error, "cure", ""),
                pause=isinstance(error, LoginRefused),
                retry_at=now + back_off(1),
                now=now,
                tell=self.tell_trouble,
            )

    def note_well(self, via: str) -> None:
        """Once, at its first success: the trouble may have been a process's before this one. Raises Temporary."""
        if via not in self._well:
            with self.store.write() as connection:
                note_well(connection, channel_of(via), SENDING, now=self.clock())
            self._well.add(via)


def channel_of(via: str) -> str:
    """The row of `channels` on which a way out's trouble is written down."""
    return STAFF_BOT if via == STAFF_TELEGRAM else via
