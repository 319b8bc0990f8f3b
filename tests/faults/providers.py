"""A provider that takes letters, refuses them, or loses its answer, as it is told to; it remembers what it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from tests.faults.crashes import Killed
from ventanilla.channel import Outgoing, Sent
from ventanilla.errors import Ambiguous, Permanent, Temporary


class Mood(StrEnum):
    """What it does with the next letters."""

    TAKES = "takes"
    LOSES_ANSWER = "takes it, and its answer is lost"
    LOSES_LETTER = "does not get it, and nobody can tell"
    BUSY = "refuses for now"
    REFUSES = "refuses for good"
    KILLS = "takes it, and whoever sent it is killed"
    SLOW = "refuses so late that another process has taken whoever sent it for dead"


@dataclass(slots=True)
class Provider:
    """One way out. `repeats` as a sender's: whether a letter may be sent again without knowing; else it can be looked up.
    `meanwhile` is what another process does while it is slow, once; then it takes again."""

    repeats: bool
    meanwhile: Callable[[], object]
    mood: Mood = Mood.TAKES
    taken: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def send(self, outgoing: Outgoing) -> Sent:
        if self.mood is Mood.BUSY:
            raise Temporary("busy", retry_after=5)
        if self.mood is Mood.REFUSES:
            raise Permanent("nobody of this name")
        if self.mood is Mood.LOSES_LETTER:
            raise Ambiguous("no answer", retry_after=5)
        if self.mood is Mood.SLOW:
            self.mood = Mood.TAKES
            self.meanwhile()
            raise Temporary("try later", retry_after=5)
        taken = self.taken[outgoing.id]
        taken.append(f"out-{outgoing.id}-{len(taken)}")
        if self.mood is Mood.KILLS:
            raise Killed
        if self.mood is Mood.LOSES_ANSWER:
            raise Ambiguous("no answer", retry_after=5)
        return Sent(external_id=taken[-1])

    def find(self, outgoing: Outgoing) -> Sent | None:
        taken = self.taken[outgoing.id]
        return Sent(external_id=taken[0]) if taken and not self.repeats else None

    def close(self) -> None:
        pass
