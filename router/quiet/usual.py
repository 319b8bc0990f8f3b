"""What a channel usually brings, learnt from its own arrivals, and whether a silence is stranger than chance. Pure: knows no store.

Arrivals are taken as a Poisson process whose rate depends on the weekday and the hour: nothing in a time that usually brings
`expected` items has the probability e^-expected.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

WEEKS, FEWEST_WEEKS = 8, 2
RARE = 0.001
"""A silence that has this probability in a week is news."""
FEWEST_A_WEEK = 3.0
SHORTEST = timedelta(minutes=15)
WEAKEST = 0.2
"""How far below its usual level one odd week may pull what is expected."""
_HOUR, _WEEK = timedelta(hours=1), timedelta(weeks=1)
_HOURS = 7 * 24
_SUNDAY = 6

IsHoliday = Callable[[date], bool]
Slot = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """The usual rate of one channel: items an hour for each weekday and hour on the wall of the house."""

    rates: Mapping[Slot, float]
    per_week: float
    level: float
    zone: ZoneInfo
    is_holiday: IsHoliday

    def expected(self, start: datetime, end: datetime) -> float:
        """How many items such a time usually brings, by the weakest of the weeks behind it."""
        total = 0.0
        at = start
        while at < end:
            hour = _hour(at)
            until = min(end, hour + _HOUR)
            total += self.rates.get(_slot(hour, self.zone, self.is_holiday), 0.0) * ((until - at) / _HOUR)
            at = until
        return self.level * total

    def is_news(self, start: datetime, end: datetime) -> bool:
        """Whether nothing at all between these two is too rare to be chance. Never for a channel that brings next to nothing."""
        if end - start < SHORTEST or self.per_week < FEWEST_A_WEEK:
            return False
        return self.expected(start, end) > math.log(max(1.0, self.per_week) / RARE)


def learn(
    arrivals: Mapping[datetime, int], *, since: datetime, until: datetime, zone: ZoneInfo, is_holiday: IsHoliday
) -> Usual | None:
    """What is usual, from the whole weeks (eight at most) before `until`, the last thing that came; None when the channel is not
    two weeks old (it lives from `since` on).

    `arrivals` counts by hour (aware UTC, the hour's beginning). A holiday is a day like a Sunday: in learning and in judging.
    """
    weeks = min(WEEKS, (until - since) // _WEEK)
    if weeks < FEWEST_WEEKS:
        return None
    first = _hour(until) - weeks * _WEEK
    came: Counter[Slot] = Counter()
    lasted: Counter[Slot] = Counter()
    hours = [first + number * _HOUR for number in range(weeks * _HOURS)]
    slots = [_slot(hour, zone, is_holiday) for hour in hours]
    counts = [arrivals.get(hour, 0) for hour in hours]
    for slot, count in zip(slots, counts, strict=True):
        came[slot] += count
        lasted[slot] += 1
    rates = {slot: count / lasted[slot] for slot, count in came.items() if count}
    usually = [rates.get(slot, 0.0) for slot in slots]
    return Usual(
        rates=rates,
        per_week=sum(counts) / weeks,
        level=_level(counts, usually),
        zone=zone,
        is_holiday=is_holiday,
    )


def _level(counts: Sequence[int], usually: Sequence[float]) -> float:
    """How far the weakest weeks stayed below the usual: the newest one, and (of four or more) the second weakest of all. August and
    the days after Christmas bring less, and nothing is broken."""
    shares = []
    for start in range(0, len(counts), _HOURS):
        expected = sum(usually[start : start + _HOURS])
        shares.append(sum(counts[start : start + _HOURS]) / expected if expected else 1.0)
    weak = sorted(shares)[1 if len(shares) >= 4 else 0]
    return max(WEAKEST, min(1.0, weak, shares[-1]))


def _slot(hour: datetime, zone: ZoneInfo, is_holiday: IsHoliday) -> Slot:
    local = hour.astimezone(zone)
    return _SUNDAY if is_holiday(local.date()) else local.weekday(), local.hour


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
