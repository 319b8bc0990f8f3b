"""How many people a stream of calls or chats needs: Erlang's C formula. Pure; knows no channel.

Source: A. K. Erlang, "Solution of some problems in the theory of probabilities of significance in automatic telephone exchanges"
(1917). It takes arrivals by chance at a steady rate, people who do one thing at a time, and callers who wait in one line and
never hang up; so it asks for a little more people than a patient inbox does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

MOST_PEOPLE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """`calls` begin in each `per`; each takes one person `handling`."""

    calls: float
    per: timedelta
    handling: timedelta

    @property
    def erlangs(self) -> float:
        """How many people would be busy without a pause."""
        return self.calls * (self.handling / self.per)


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """What so many people make of a load. `busy` is the share of their time; without enough people (`people` <= erlangs) the line
    only grows: everybody waits, for ever, and nobody is answered in time."""

    people: int
    waits: float
    average_wait: timedelta | None
    within: float
    busy: float


def service(load: Load, *, people: int, within: timedelta) -> Service:
    """How long the line is under this load: the probability of having to wait, the average wait of all, and the share answered
    `within`."""
    traffic = load.erlangs
    if traffic <= 0:
        return Service(people=people, waits=0.0, average_wait=timedelta(), within=1.0, busy=0.0)
    if people <= traffic:
        return Service(people=people, waits=1.0, average_wait=None, within=0.0, busy=1.0)
    waits = waiting_probability(traffic, people)
    spare = people - traffic
    late = waits * math.exp(-spare * (within / load.handling))
    average = load.handling * (waits / spare)
    return Service(people=people, waits=waits, average_wait=average, within=1.0 - late, busy=traffic / people)


def waiting_probability(traffic: float, people: int) -> float:
    """Erlang C: the probability that all `people` are busy under `traffic` erlangs. By Erlang B's recursion, which neither
    overflows nor loses digits. 1 where the people are too few."""
    if people <= traffic:
        return 1.0
    blocked = 1.0
    for number in range(1, people + 1):
        blocked = traffic * blocked / (number + traffic * blocked)
    return blocked / (1.0 - (traffic / people) * (1.0 - blocked))


def people_needed(load: Load, *, within: timedelta, target: float) -> int:
    """The fewest people with whom `target` percent are answered `within`. Raises ValueError for a target outside 0 to 100 (100
    itself is never reached) or a load above MOST_PEOPLE."""
    if not 0 < target < 100:
        raise ValueError(f"expected a target above 0 and below 100, got {target:g}")
    if load.erlangs >= MOST_PEOPLE:
        raise ValueError(f"expected a load below {MOST_PEOPLE:,} people, got {load.erlangs:,.0f}")
    low, high = int(load.erlangs), max(1, int(load.erlangs) + 1)
    while service(load, people=high, within=within).within * 100 < target:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        if service(load, people=middle, within=within).within * 100 < target:
            low = middle
        else:
            high = middle
    return high
