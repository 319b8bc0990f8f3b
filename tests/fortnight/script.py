"""A fortnight of a made-up shop: what its customers and people do, and what that comes to. Knows nothing of the product.

Each plan chooses its turns outright, so that when each began and how it ended is known without asking anybody.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGINS = datetime(2026, 3, 22, 23, 0, tzinfo=UTC)  # Monday 23 March, midnight in Madrid
ENDS = datetime(2026, 4, 5, 22, 0, tzinfo=UTC)  # Sunday 5 April, midnight in Madrid, which is on summer time by then
CHANNELS = ("soporte", "ventas", "chat")
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@dataclass
class Turn:
    """One wait of a customer's: `ended` is replied, unanswered, no_reply_needed, merged, or "" while it lasts."""

    start: datetime
    stop: datetime | None = None
    ended: str = ""
    author: str = ""


@dataclass(order=True)
class Action:
    """Something that happens at a moment to a plan."""

    at: datetime
    order: int
    what: str = field(compare=False)
    plan: Plan = field(compare=False)
    received: datetime | None = field(compare=False, default=None)
    then_resolve: bool = field(compare=False, default=False)


@dataclass
class Plan:
    """One case as it will go. What only the play can know (who owned it, who wrote) is filled in while it is played."""

    number: int
    channel: str
    claim: bool
    opened: datetime
    pulled: datetime
    turns: list[Turn] = field(default_factory=list)
    resolved: list[datetime] = field(default_factory=list)
    reopened: list[datetime] = field(default_factory=list)
    into: Plan | None = None
    key: str = ""
    owners: list[tuple[datetime, str]] = field(default_factory=list)
    first_id: str = ""
    same_customer_as: Plan | None = None
    disordered: bool = False

    @property
    def team(self) -> str:
        return "ventas" if self.channel == "ventas" else "atencion"

    @property
    def kind(self) -> str:
        return "claim" if self.claim else "query"


class Fortnight:
    """Plans and their actions, the same for the same seed."""

    def __init__(self, *, cases: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.plans: list[Plan] = []
        self.actions: list[Action] = []
        while len(self.plans) < cases:
            if self.chance.random() < 0.04:
                self._pair()
            else:
                self._single()
        self.actions.sort()

    def _do(self, at: datetime, what: str, plan: Plan, *, received: datetime | None = None, then: bool = False) -> None:
        self.actions.append(Action(at, len(self.actions), what, plan, received, then))

    def _moment(self) -> datetime:
        return BEGINS + timedelta(
            seconds=self.chance.randrange(int(12.5 * 86400)), microseconds=self.chance.randrange(10**6)
        )

    def _some(self, low: timedelta, high: timedelta) -> timedelta:
        """More often short than long."""
        low_s, high_s = low.total_seconds(), high.total_seconds()
        return timedelta(seconds=round(low_s * (high_s / low_s) ** self.chance.random(), 3))

    def _plan(self, at: datetime, channel: str, pulled: datetime | None = None) -> Plan:
        plan = Plan(len(self.plans) + 1, channel, self.chance.random() < 0.12, at, pulled or at)
        self.plans.append(plan)
        return plan

    def _single(self) -> None:
        at, luck = self._moment(), self.chance.random()
        channel = self.chance.choices(CHANNELS, (55, 30, 15))[0]
        if luck < 0.10:  # the connector was late
            plan = self._plan(at, channel, at + self._some(MINUTE, 3 * HOUR))
            self._do(plan.pulled, "opens", plan, received=at)
        elif luck < 0.15:  # the provider's clock is ahead of ours
            plan = self._plan(at, channel)
            self._do(at, "opens", plan, received=at + 2 * HOUR)
        else:
            plan = self._plan(at, channel)
            self._do(at, "opens", plan)
        began = at
        if luck > 0.95 and channel != "chat":  # an earlier mail comes in after a later one
            began, plan.disordered = at - 20 * MINUTE, True
            self._do(plan.pulled + 3 * MINUTE, "more", plan, received=began)
        self._life(plan, Turn(began), plan.pulled + 5 * MINUTE)

    def _pair(self) -> None:
        """Somebody writes twice about one thing, and the first case is merged into the second."""
        at = self._moment()
        first = self._plan(at, "soporte")
        second = self._plan(at + self._some(MINUTE, HOUR), "soporte")
        first.claim = second.claim = False
        second.same_customer_as = first
        self._do(first.opened, "opens", first)
        self._do(second.opened, "opens", second)
        merged = second.opened + self._some(MINUTE, 5 * HOUR)
        self._do(merged, "merges", first)
        first.into = second
        first.turns.append(Turn(at, merged, "merged"))
        self._life(second, Turn(at), merged + MINUTE)

    def _life(self, plan: Plan, turn: Turn, from_: datetime) -> None:
        plan.turns.append(turn)
        luck = self.chance.random()
        end = from_ + self._some(20 * timedelta(seconds=1), 60 * HOUR)
        if luck < 0.10 or end > ENDS - HOUR:
            self._meanwhile(plan, from_, ENDS - HOUR)
            return
        self._meanwhile(plan, from_, end - 10 * timedelta(seconds=1))
        if luck < 0.20:
            turn.ended = "unanswered" if luck < 0.15 else "no_reply_needed"
            turn.stop = end
            self._do(end, turn.ended, plan)
            plan.resolved.append(end)
            self._perhaps_again(plan, end)
            return
        self._answer(plan, turn, end)

    def _answer(self, plan: Plan, turn: Turn, end: datetime) -> None:
        luck = self.chance.random()
        if luck < 0.05 and plan.channel != "chat":  # it never arrives: the customer has waited since the turn's start
            self._do(end - timedelta(seconds=5), "presses", plan)
            self._do(end, "goes_out", plan)
            bounced = end + self._some(MINUTE, HOUR)
            self._do(bounced, "bounces", plan)
            end = bounced + self._some(MINUTE, 5 * HOUR)
        turn.stop, turn.ended = end, "replied"
        resolves = 0.05 < luck < 0.35 and not plan.claim
        self._do(end - timedelta(seconds=5), "presses", plan, then=resolves)
        self._do(end, "goes_out", plan)
        if resolves:
            plan.resolved.append(end)
            self._perhaps_again(plan, end)
        elif luck < 0.60:
            later = end + self._some(MINUTE, 40 * HOUR)
            if later < ENDS:
                self._do(later, "resolves", plan)
                plan.resolved.append(later)
                self._perhaps_again(plan, later)
        elif luck < 0.85:
            self._again(plan, end, reopens=False)

    def _perhaps_again(self, plan: Plan, after: datetime) -> None:
        if self.chance.random() < 0.25:
            self._again(plan, after, reopens=True)

    def _again(self, plan: Plan, after: datetime, *, reopens: bool) -> None:
        at = after + self._some(MINUTE, 70 * HOUR)
        if at > ENDS - 2 * HOUR or len(plan.turns) > 5:
            return
        self._do(at, "more", plan)
        if reopens:
            plan.reopened.append(at)
        self._life(plan, Turn(at), at + MINUTE)

    def _meanwhile(self, plan: Plan, start: datetime, end: datetime) -> None:
        """More messages restart nothing; hand-overs and corrections neither."""
        room = (end - start).total_seconds()
        for what, share in (("more", 0.3), ("hands_over", 0.2), ("hands_over", 0.1), ("edits", 0.3)):
            if room > 1 and self.chance.random() < share and (what != "edits" or plan.channel == "chat"):
                self._do(start + timedelta(seconds=self.chance.uniform(0, room)), what, plan)
