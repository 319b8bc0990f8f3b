"""A case's life as its events tell it, read one by one in the order of their ids; times are the events' own. Knows no calendar.

Whatever can be undone is: an answer that bounced, a merge, a resolution. So a case is always read whole, from its first event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from ventanilla.measures.clock import Clock
from ventanilla.measures.owners import Owners
from ventanilla.measures.pauses import Waiting
from ventanilla.measures.terms import CaseFacts
from ventanilla.measures.turns import Turns
from ventanilla.words import OWNED_STATES, CallOutcome, CaseState, Ended, EventKind, Kind, Origin, Priority, Resolution

REPLIED = "replied"
_ENDED = {word.value: word for word in Ended} | {"unmerged": Ended.MERGED}
_OVER = (CaseState.RESOLVED, CaseState.CLOSED)
_UNANSWERED = (Resolution.UNANSWERED, Resolution.NO_REPLY_NEEDED)
_NOBODY = (CaseState.RESOLVED, CaseState.MERGED, CaseState.SPAM)


class Event(Protocol):
    """What is read of a row of the log."""

    @property
    def id(self) -> int: ...
    @property
    def at(self) -> datetime: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def kind(self) -> str: ...
    @property
    def channel(self) -> str | None: ...
    @property
    def agent(self) -> str | None: ...
    @property
    def message_id(self) -> int | None: ...
    @property
    def outbox_id(self) -> int | None: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


class Life:
    """What has become of one case so far."""

    def __init__(self) -> None:
        self.facts: CaseFacts | None = None
        self.turns, self.owners, self.waiting = Turns(), Owners(), Waiting()
        self.resolution: Clock | None = None  # from the first message to the first resolution
        self.full: Clock | None = None  # to the last one
        self.legal: Clock | None = None
        self.reopenings: list[Clock] = []
        self.absorbed: dict[int, datetime | None] = {}
        self.answers: dict[int, tuple[datetime, int | None]] = {}  # by message: when it went out, in which letter
        self._state, self._ends = "", ""
        self._merged_at: datetime | None = None
        self._back_at: datetime | None = None
        self._restored_at: datetime | None = None
        self._bringing: tuple[int, datetime] | None = None
        self._joined_at: datetime | None = None
        self._received: datetime | None = None
        self._asked: int | None = None
        self.complete_at: datetime | None = None
        """Since when a claim was complete of which something was missing: its term runs from then."""

    def take(self, event: Event) -> None:
        """The next event of the case. One that says nothing of its times changes nothing; nor does any before it was opened."""
        read = _READ.get(event.kind)
        if read is not None and (self.facts is not None or event.kind == EventKind.CASE_OPENED):
            read(self, event)

    def known(self) -> CaseFacts:
        """What the case is about now."""
        assert self.facts is not None  # noqa: S101  nothing is read before it was opened
        return self.facts

    def earliest(self, clock: Clock) -> datetime:
        """When a clock of the whole case began: with its first message, or that of a case merged into it meanwhile."""
        brought = (self.absorbed.get(each) for each in clock.brought)
        return min([clock.start, *(at for at in brought if at is not None)])

    # Each of these reads one kind of event.

    def _opened(self, event: Event) -> None:
        data = event.data
        self.facts = CaseFacts(
            channel=event.channel or "",
            team=data.get("team", ""),
            kind=Kind(data.get("kind", Kind.QUERY)),
            priority=Priority(data.get("priority", Priority.NORMAL)),
            tags=tuple(data.get("tags", ())),
            received_at=event.at,
            promise=data.get("promise"),
        )
        if data.get("waits", True):
            self._state = CaseState.OPEN
        else:
            self._state = CaseState.WAITING_CUSTOMER
            self.waiting.begin(event.at)
        if data.get("origin") == Origin.STAFF:  # nobody has written yet
            return
        self._begin(event)
        if "split_from" not in data:
            self.owners.unassigned = Clock(start=event.at, opened=event.id)

    def _begin(self, event: Event) -> None:
        self._received = event.at
        self.resolution, self.full, self.legal = (Clock(start=event.at, opened=event.id) for _ in range(3))

    def _changed(self, event: Event) -> None:
        facts = self.known()
        new: dict[str, Any] = {name: event.data[name] for name in ("team", "promise") if name in event.data}
        for name, word in (("kind", Kind), ("priority", Priority)):
            if name in event.data:
                new[name] = word(event.data[name])
        if "tags" in event.data:
            new["tags"] = tuple(event.data["tags"])
        if event.data.get("field") == "incomplete":
            self._asked = event.outbox_id
        self.facts = replace(facts, **new)

    def _turn_opened(self, event: Event) -> None:
        if self._received is None:
            self._begin(event)
            self.facts = replace(self.known(), received_at=event.at)
        elif self._completes(event.at):
            self._asked, self.complete_at = None, event.at
        elif event.at < self._received and event.recorded_at != self._joined_at:
            self._begins_earlier(event.at)
        if self.turns.open is not None and event.data.get("moved"):
            self.turns.move(event.at)
        turn = self.turns.begin(event.at, event.id)
        if self._bringing is not None and self._bringing[1] == event.recorded_at:
            turn.brought.add(self._bringing[0])
        self._bringing = None

    def _completes(self, at: datetime) -> bool:
        """Whether what came then is what the customer was asked for: the question had gone out, and was not lost."""
        sent = (when for when, letter in self.answers.values() if letter == self._asked)
        return self._asked is not None and any(when < at for when in sent)

    def _begins_earlier(self, at: datetime) -> None:
        """The case's first message was routed after a later one."""
        self._received, self.facts = at, replace(self.known(), received_at=at)
        for clock in (self.resolution, self.full, self.legal):
            if clock is not None:
                clock.start = at

    def _turn_closed(self, event: Event) -> None:
        data = event.data
        turn = self.turns.of(datetime.fromisoformat(data["since"]))
        if turn is None:
            return
        if turn.ended is Ended.REPLIED and turn.message_id is not None and data.get("outcome") != REPLIED:
            self.answers.pop(turn.message_id, None)
        ended = _ENDED.get(str(data.get("outcome")), Ended.UNANSWERED)
        replied = ended is Ended.REPLIED
        agent = event.agent if replied else self.owners.now
        was_open = turn is self.turns.open
        self.turns.close(turn, event.at, ended, agent, self.known(), event.message_id if replied else None)
        inherited = replied and self._restored_at == event.recorded_at
        if was_open and not (inherited and self.turns.part_again()):
            self.owners.leave_line(event.at, ended, agent, self.known())
        if replied and event.message_id is not None:
            self.answers.setdefault(event.message_id, (event.at, event.outbox_id))
            if "instead_of" in data and self._state in _OVER and self._ends in _UNANSWERED:
                self._ends = Resolution.ANSWERED
        self._judge(event)

    def _turn_restored(self, event: Event) -> None:
        if event.message_id is not None:
            self.answers.pop(event.message_id, None)
        self._restored_at = event.recorded_at
        turn = self.turns.restore(datetime.fromisoformat(event.data["since"]), event.message_id, event.at, self.known())
        if turn is not None and self._merged_at is not None:
            self.turns.close(turn, self._merged_at, Ended.MERGED, self.owners.now, self.known(), None)
        self._judge(event)

    def _went_out(self, event: Event) -> None:
        if event.message_id is not None and event.data.get("to_customer", True):
            self.answers.setdefault(event.message_id, (event.at, event.outbox_id))

    def _called(self, event: Event) -> None:
        if event.data.get("outcome") == CallOutcome.REACHED:
            self._went_out(event)

    def _delivered(self, event: Event) -> None:
        if event.data.get("state") == "failed" and event.outbox_id is not None:
            self.answers = {key: one for key, one in self.answers.items() if one[1] != event.outbox_id}
            self._judge(event)

    def _assigned(self, event: Event) -> None:
        if event.agent is None:
            return
        team = event.data.get("team")
        if team and team != self.known().team:
            self.facts = replace(self.known(), team=team)
        self.owners.assign(event.at, event.agent, self.known().team, self.known())
        if event.data.get("accept_by"):
            self.owners.ask(event.at, event.id)

    def _released(self, event: Event) -> None:
        reason = event.data.get("reason")
        ended = _ENDED[reason] if reason in (CaseState.MERGED, CaseState.SPAM) else Ended.PASSED_ON
        self.owners.pass_on(event.at, self.known(), ended)

    def _accepted(self, event: Event) -> None:
        self.owners.accept(event.at, event.agent, self.known())

    def _line_entered(self, event: Event) -> None:
        self.owners.pass_on(event.at, self.known())
        self.owners.enter_line(event.at, event.id, back=self._back_at == event.recorded_at)

    def _line_left(self, event: Event) -> None:
        self.owners.leave_line(event.at, Ended.ASSIGNED, event.agent, self.known())
        if event.data.get("accept_by"):
            self.owners.ask(event.at, event.id)

    def _absorbed(self, event: Event) -> None:
        other, self._joined_at = int(event.data["absorbed"]), event.recorded_at
        received = event.data.get("received_at")
        self.absorbed[other] = datetime.fromisoformat(received) if received else None
        for clock in (self.resolution, self.full, self.legal):
            if clock is not None and clock.runs:
                clock.brought.add(other)
        if event.data.get("waiting_since"):
            if self.turns.open is not None:
                self.turns.open.brought.add(other)
            else:
                self._bringing = (other, event.recorded_at)

    def _given_back(self, event: Event) -> None:
        other, self._joined_at = int(event.data["back"]), event.recorded_at
        self.absorbed.pop(other, None)
        for clock in (*self.turns.all, self.resolution, self.full, self.legal):
            if clock is not None:
                clock.brought.discard(other)

    def _state_changed(self, event: Event) -> None:
        before, self._state = self._state, str(event.data["to"])
        if self._state == CaseState.WAITING_CUSTOMER:
            self.waiting.begin(event.at)
        elif before == CaseState.WAITING_CUSTOMER:
            self.waiting.end(event.at)
        if before == CaseState.MERGED:
            self._come_back(event)
        elif self._state in _NOBODY:
            self._ended(event)
        elif self._state != CaseState.CLOSED:
            self._goes_on(event, before)

    def _ended(self, event: Event) -> None:
        ended = _ENDED[self._state]
        agent, facts = event.agent or self.owners.now, self.known()
        self.owners.leave_line(event.at, ended, self.owners.now, facts)
        if ended is Ended.RESOLVED:
            self._ends = str(event.data.get("resolution", ""))
            self.reopenings.append(Clock(start=event.at, opened=event.id))
        for clock in (self.resolution, self.full):
            if clock is not None and clock.runs:
                clock.end(event.at, ended, agent, facts)
        if ended is not Ended.RESOLVED:
            clocks = (self.legal, self.reopenings[-1] if self.reopenings else None)
            for clock in clocks:
                if clock is not None and clock.runs:
                    clock.end(event.at, ended, self.owners.now, facts)
        if ended is Ended.MERGED:
            self._merged_at = event.at
        self._judge(event)

    def _goes_on(self, event: Event, before: str) -> None:
        """Somebody answers for it (again). What a mistake for spam had ended runs on; what was resolved was reopened."""
        if before == CaseState.SPAM:
            for clock in (self.resolution, self.full, self.legal):
                if clock is not None and clock.ended is Ended.SPAM:
                    clock.run_on()
        elif before in _OVER:
            self._reopened(event)

    def _come_back(self, event: Event) -> None:
        self._back_at, merged_at, self._merged_at = event.recorded_at, self._merged_at, None
        last = self.reopenings[-1] if self.reopenings else None
        for clock in (self.resolution, self.full, self.legal, last):
            if clock is not None and clock.ended is Ended.MERGED and clock.stop == merged_at:
                clock.run_on()
        if self._state in OWNED_STATES and last is not None and last.runs:  # it was over, and comes back to be answered
            self._reopened(event)
        self._judge(event)

    def _reopened(self, event: Event) -> None:
        self._ends = ""
        last = self.reopenings[-1] if self.reopenings else None
        if last is not None and last.runs:
            at = event.at if event.at >= last.start else event.recorded_at  # the turn may be older than the resolution
            last.end(at, Ended.REOPENED, self.owners.now, self.known())
        if self.full is not None and self.full.ended is Ended.RESOLVED:
            self.full.run_on()
        self._judge(event)

    def _judge(self, event: Event) -> None:
        """The law's clock stops at the sending of the last answer before the case was resolved as answered; it runs on when that
        is undone."""
        legal = self.legal
        if legal is None or self._state in (CaseState.MERGED, CaseState.SPAM):
            return
        if self._state in _OVER and self._ends == Resolution.ANSWERED and self.answers:
            at = max(at for at, _ in self.answers.values())
            if legal.stop != max(at, legal.start):
                legal.end(at, Ended.REPLIED, event.agent or self.owners.now, self.known())
        elif not legal.runs:
            legal.run_on()


_READ: dict[str, Callable[[Life, Event], None]] = {
    EventKind.CASE_OPENED: Life._opened,
    EventKind.CASE_CHANGED: Life._changed,
    EventKind.CASE_STATE: Life._state_changed,
    EventKind.CASE_MERGED: Life._absorbed,
    EventKind.CASE_UNMERGED: Life._given_back,
    EventKind.TURN_OPENED: Life._turn_opened,
    EventKind.TURN_CLOSED: Life._turn_closed,
    EventKind.TURN_RESTORED: Life._turn_restored,
    EventKind.MESSAGE_SENT: Life._went_out,
    EventKind.CALLED: Life._called,
    EventKind.DELIVERY: Life._delivered,
    EventKind.ASSIGNED: Life._assigned,
    EventKind.RELEASED: Life._released,
    EventKind.ACCEPTED: Life._accepted,
    EventKind.LINE_ENTERED: Life._line_entered,
    EventKind.LINE_LEFT: Life._line_left,
}
TIMED = tuple(_READ)
"""The kinds of events that a case's times are derived from."""
