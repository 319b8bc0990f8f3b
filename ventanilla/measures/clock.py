"""A clock while a case's events are read: it starts, stops, and can be made to run on. Knows no event."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from ventanilla.measures.terms import CaseFacts
from ventanilla.words import Ended


@dataclass(slots=True, kw_only=True)
class Clock:
    """`opened` is the id of the event that began it, `message_id` the answer that ended it. `brought` are merged cases that it
    takes an earlier start or due time from. A `void` one was a wait that turned out to be part of another."""

    start: datetime
    opened: int
    stop: datetime | None = None
    ended: Ended | None = None
    agent: str | None = None
    facts: CaseFacts | None = None
    message_id: int | None = None
    brought: set[int] = field(default_factory=set)
    void: bool = False

    @property
    def runs(self) -> bool:
        """Whether it has not been stopped."""
        return self.stop is None

    def end(
        self, at: datetime, ended: Ended, agent: str | None, facts: CaseFacts, *, message_id: int | None = None
    ) -> None:
        """Stop it, or stop it otherwise than it was. A time before its start is a sender's clock that runs behind (or an answer
        written before the question had been filed): nobody was ever quicker than at once."""
        self.stop, self.ended, self.agent = max(at, self.start), ended, agent
        self.facts, self.message_id = facts, message_id

    def run_on(self) -> None:
        """What stopped it did not hold."""
        self.stop = self.ended = self.agent = self.facts = self.message_id = None
