"""Who owned a case when, who waited for an owner, and who was asked to say that they have it. Knows no turn but its two ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from ventanilla.measures.clock import Clock
from ventanilla.measures.terms import CaseFacts
from ventanilla.words import Ended


class Spell(NamedTuple):
    """Part of a turn, and whose it was. `stop` is None while it lasts, `last` says that it goes on to the turn's end."""

    start: datetime
    stop: datetime | None
    agent: str | None
    team: str | None
    last: bool


@dataclass(frozen=True, slots=True)
class _Owner:
    since: datetime
    agent: str
    team: str | None


class Owners:
    """The owners in order, the spells in the waiting line, and the requests to accept."""

    def __init__(self) -> None:
        self.unassigned: Clock | None = None
        self.line: list[Clock] = []
        self.asked: list[Clock] = []
        self._owners: list[_Owner] = []

    @property
    def now(self) -> str | None:
        """Whose the case is, or was last."""
        return self._owners[-1].agent if self._owners else None

    def assign(self, at: datetime, agent: str, team: str | None, facts: CaseFacts) -> None:
        """It is theirs from now on."""
        self.pass_on(at, facts)
        if self.unassigned is not None and self.unassigned.runs:
            self.unassigned.end(at, Ended.ASSIGNED, agent, facts)
        last = self._owners[-1] if self._owners else None
        if last is None or (last.agent, last.team) != (agent, team):
            self._owners.append(_Owner(at, agent, team))

    def ask(self, at: datetime, event_id: int) -> None:
        """They are to say that they have it."""
        self.asked.append(Clock(start=at, opened=event_id))

    def accept(self, at: datetime, agent: str | None, facts: CaseFacts) -> None:
        """They have it."""
        if self.asked and self.asked[-1].runs:
            self.asked[-1].end(at, Ended.ACCEPTED, agent, facts)

    def pass_on(self, at: datetime, facts: CaseFacts, ended: Ended = Ended.PASSED_ON) -> None:
        """Nobody waits for their word any more."""
        if self.asked and self.asked[-1].runs:
            self.asked[-1].end(at, ended, self.now, facts)

    def enter_line(self, at: datetime, event_id: int, *, back: bool) -> None:
        """Somebody only holds it. A case that comes `back` from a merge is in line since it was before."""
        last = self.line[-1] if self.line else None
        if last is not None and last.runs:
            return
        if back and last is not None and last.ended is Ended.MERGED:
            last.run_on()
        else:
            self.line.append(Clock(start=at, opened=event_id))

    def leave_line(self, at: datetime, ended: Ended, agent: str | None, facts: CaseFacts) -> None:
        """It is in line no more. A repeat changes nothing."""
        if self.line and self.line[-1].runs:
            self.line[-1].end(at, ended, agent, facts)

    def spells(self, start: datetime, stop: datetime | None) -> Iterator[Spell]:
        """A turn split by who owned it when. Before the first owner it was on its way to them."""
        cuts = [one for one in self._owners if one.since > start and (stop is None or one.since < stop)]
        before = [one for one in self._owners if one.since <= start]
        holder = before[-1] if before else (cuts.pop(0) if cuts else self._owners[0] if self._owners else None)
        begins = start
        for after in cuts:
            if holder is not None and after.agent == holder.agent:
                continue
            yield Spell(begins, after.since, holder.agent if holder else None, holder.team if holder else None, False)
            begins, holder = after.since, after
        yield Spell(begins, stop, holder.agent if holder else None, holder.team if holder else None, True)
