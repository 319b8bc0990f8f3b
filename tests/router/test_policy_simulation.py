"""Ten agents at 85 % load, simulated: what the strategies do to how long customers wait."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import mean, quantiles

from router.assigning.policy import Candidate, Need, choose_agent

START = datetime(2026, 11, 23, 8, tzinfo=UTC)
AGENTS = [f"agent{number}" for number in range(10)]
CASES = 4000
HANDLING = 10.0  # minutes, on average
LOAD = 0.85


@dataclass
class Desk:
    """One person, who works on their own cases one after another."""

    ends: list[float] = field(default_factory=list)
    last_assigned: datetime | None = None

    def load(self, minute: float) -> int:
        self.ends = [end for end in self.ends if end > minute]
        return len(self.ends)

    def take(self, minute: float, handling: float) -> float:
        """Queue it here; return how long it waits until it is begun."""
        begins = max([minute, *self.ends[-1:]])
        self.ends.append(begins + handling)
        self.last_assigned = START + timedelta(minutes=minute)
        return begins - minute


Pick = Callable[[Sequence[Candidate], float], str]


def by(strategy: str) -> Pick:
    def pick(candidates: Sequence[Candidate], minute: float) -> str:
        now = START + timedelta(minutes=minute)
        return choose_agent(candidates, Need(), strategy=strategy, duty=AGENTS[:1], now=now).agent

    return pick


def waits(pick: Pick) -> list[float]:
    arrivals = random.Random(20261123)
    desks = {agent: Desk() for agent in AGENTS}
    minute, found = 0.0, []
    for _ in range(CASES):
        minute += arrivals.expovariate(len(AGENTS) * LOAD / HANDLING)
        candidates = [
            Candidate(
                agent=agent,
                on_duty=True,
                in_team=True,
                load=desk.load(minute),
                capacity=10_000,
                last_assigned_at=desk.last_assigned,
            )
            for agent, desk in desks.items()
        ]
        found.append(desks[pick(candidates, minute)].take(minute, arrivals.expovariate(1 / HANDLING)))
    return found


def test_customers_wait_least_with_balanced_then_round_robin_then_by_chance() -> None:
    dice = random.Random(7)
    balanced = waits(by("balanced"))
    round_robin = waits(by("round_robin"))
    by_chance = waits(lambda candidates, _: dice.choice(candidates).agent)

    assert mean(balanced) * 2 < mean(round_robin)
    assert mean(round_robin) * 1.1 < mean(by_chance)
    assert quantiles(balanced, n=10)[8] * 2 < quantiles(round_robin, n=10)[8]
