"""A case's turns as its events tell them: opened, moved, closed, restored, and what ended one instead. Knows nothing else of it."""

from __future__ import annotations

from datetime import datetime

from ventanilla.measures.clock import Clock
from ventanilla.measures.terms import CaseFacts
from ventanilla.words import Ended


class Turns:
    """All turns in the order in which they began to count; the first is the case's first response. At most one runs."""

    def __init__(self) -> None:
        self.all: list[Clock] = []
        self.open: Clock | None = None
        self._latest: dict[datetime, Clock] = {}
        self._apart: Clock | None = None

    def begin(self, at: datetime, event_id: int) -> Clock:
        """The customer waits since `at`; where they waited already, since then at the earliest. One that had ended without an
        answer goes on where it is opened again from the same message: they have waited all along."""
        if self.open is not None:
            if at < self.open.start:
                self.move(at)
            return self.open
        same = self._latest.get(at)
        if same is not None and same.ended is not Ended.REPLIED and not same.void:
            same.run_on()
        else:
            same = Clock(start=at, opened=event_id)
            self.all.append(same)
            self._latest[at] = same
        self.open = same
        return same

    def move(self, at: datetime) -> None:
        """The open turn began at another moment than was thought."""
        assert self.open is not None  # noqa: S101  the caller has looked
        self.open.start = at
        self._latest[at] = self.open

    def of(self, since: datetime) -> Clock | None:
        """The turn that began then: the open one, else the latest that did."""
        if self.open is not None and self.open.start == since:
            return self.open
        return next((turn for turn in reversed(self.all) if turn.start == since), None)

    def close(
        self, turn: Clock, at: datetime, ended: Ended, agent: str | None, facts: CaseFacts, message_id: int | None
    ) -> None:
        """It ended, or ended otherwise than was thought."""
        turn.end(at, ended, agent, facts, message_id=message_id)
        if turn is self.open:
            self.open = None

    def restore(self, since: datetime, message_id: int | None, at: datetime, facts: CaseFacts) -> Clock | None:
        """The answer that had ended a turn never arrived: it runs on, and a later one that runs is part of it."""
        found = next((turn for turn in reversed(self.all) if _ended_by(turn, since, message_id)), None)
        if found is None:
            return None
        found.run_on()
        self._apart = None
        later, self.open = self.open, found
        self._latest[since] = found
        if later is not None and later is not found:
            if later.start == since and self.all[-1] is later:  # opened a moment ago, to hold this very turn
                self.all.pop()
            else:
                later.end(at, Ended.MERGED, None, facts)
                later.void, self._apart = True, later
        return found

    def part_again(self) -> bool:
        """Another answer had ended the turn that was restored last: the later one that ran was a wait of its own after all. Whether
        there was one."""
        if self._apart is None:
            return False
        self.open, self._apart = self._apart, None
        self.open.run_on()
        self.open.void = False
        return True


def _ended_by(turn: Clock, since: datetime, message_id: int | None) -> bool:
    if turn.start != since or turn.ended is not Ended.REPLIED:
        return False
    return message_id is None or turn.message_id in (None, message_id)
