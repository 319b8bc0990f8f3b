"""The figures of a house before it changes anything: how long customers waited for a first answer, by what was kept. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from reports.figures import Spread
from reports.retro.threads import Talk, conversations
from ventanilla.clocks.calendar import Calendar
from ventanilla.old_mail import OldMail
from ventanilla.words import Direction, Verdict

SLOWEST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """The promise that the past is held against: `target` percent of first answers within `within` of `calendar`'s time."""

    name: str
    within: timedelta
    target: int
    calendar: Calendar


@dataclass(frozen=True, slots=True, kw_only=True)
class First:
    """How a conversation's first answer came. `at` is the customer's first mail, `answered_at` None where none came."""

    at: datetime
    answered_at: datetime | None
    who: str
    subject: str

    @property
    def seconds(self) -> float | None:
        return None if self.answered_at is None else (self.answered_at - self.at).total_seconds()


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A customer's mail that no answer followed. `after_answer`: one had come before it, so it may be thanks."""

    at: datetime
    who: str
    subject: str
    after_answer: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One hour of one weekday (0 is Monday) on the wall of the house: customers' mails, and the median first answer to those
    conversations that began in it, in seconds."""

    weekday: int
    hour: int
    mails: int
    median: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a promise would have been kept: of `count` conversations whose time was over, `percent` were answered within it."""

    promise: str
    within: float
    target: int
    count: int
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retro:
    """The whole. Lengths are seconds. `passed_over` counts what is no customer's mail, by why; `answers_alone` are answers of ours
    whose question is in none of the folders read."""

    start: datetime
    end: datetime
    mails: int
    conversations: int
    answered: int
    elapsed: Spread
    business: Spread | None
    kept: Kept | None
    slots: tuple[Slot, ...]
    silent: tuple[Silent, ...]
    slowest: tuple[First, ...]
    passed_over: dict[str, int]
    sent: int
    answers_alone: int


def make_retro(
    mails: Iterable[OldMail], *, start: datetime, end: datetime, zone: ZoneInfo, promised: Promised | None
) -> Retro:
    """Everything from the mails of [start, end). A conversation's first response runs from its customer's first mail to the next
    mail of ours in it; what one of us began has none until the customer writes."""
    kept = [mail for mail in mails if start <= mail.at < end]
    talks = conversations(kept)
    firsts = [first for talk in talks if (first := _first(talk)) is not None]
    lengths = [(first, first.answered_at) for first in firsts if first.answered_at is not None]
    came = [mail for mail in kept if mail.direction is Direction.IN]
    business = None
    if promised is not None and not promised.calendar.is_always_open:
        opened = [promised.calendar.open_between(first.at, answered).total_seconds() for first, answered in lengths]
        business = spread_of(opened)
    return Retro(
        start=start,
        end=end,
        mails=sum(mail.direction is Direction.IN for talk in talks for mail in talk.mails),
        conversations=len(firsts),
        answered=len(lengths),
        elapsed=spread_of([(answered - first.at).total_seconds() for first, answered in lengths]),
        business=business,
        kept=None if promised is None else _kept(firsts, promised, end),
        slots=_slots(talks, firsts, zone),
        silent=tuple(sorted((one for talk in talks for one in _silent(talk)), key=lambda one: one.at)),
        slowest=tuple(sorted((first for first, _ in lengths), key=lambda one: -(one.seconds or 0))[:SLOWEST]),
        passed_over=_passed_over(came),
        sent=sum(mail.direction is Direction.OUT for talk in talks for mail in talk.mails),
        answers_alone=sum(_is_answer_alone(talk) for talk in talks),
    )


def spread_of(lengths: Sequence[float]) -> Spread:
    """Percentiles by nearest rank: each is a length that really occurred."""
    if not lengths:
        return Spread()
    known = sorted(lengths)

    def rank(percent: int) -> float:
        return known[math.ceil(len(known) * percent / 100) - 1]

    mean = sum(known) / len(known)
    return Spread(p50=rank(50), p90=rank(90), p95=rank(95), max=known[-1], mean=mean)


def _first(talk: Talk) -> First | None:
    asked = next((mail for mail in talk.mails if mail.direction is Direction.IN), None)
    if asked is None:
        return None
    answer = next(
        (one for one in talk.mails if one.direction is Direction.OUT and one.at >= asked.at and one is not asked), None
    )
    return First(
        at=asked.at, answered_at=None if answer is None else answer.at, who=asked.others[0], subject=asked.subject
    )


def _silent(talk: Talk) -> list[Silent]:
    """The customer's mails after the last of ours."""
    last = max((number for number, mail in enumerate(talk.mails) if mail.direction is Direction.OUT), default=-1)
    answered = any(mail.direction is Direction.IN for mail in talk.mails[:last]) if last >= 0 else False
    return [
        Silent(at=mail.at, who=mail.others[0], subject=mail.subject, after_answer=answered)
        for mail in talk.mails[last + 1 :]
    ]


def _kept(firsts: Sequence[First], promised: Promised, end: datetime) -> Kept:
    """A conversation that waits unanswered counts once its time is over: leaving slow ones out would flatter."""
    in_time = late = 0
    for first in firsts:
        waited = promised.calendar.open_between(first.at, first.answered_at or end)
        if waited > promised.within:
            late += 1
        elif first.answered_at is not None:
            in_time += 1
    count = in_time + late
    percent = 100 * in_time / count if count else None
    within = promised.within.total_seconds()
    return Kept(promise=promised.name, within=within, target=promised.target, count=count, percent=percent)


def _slots(talks: Sequence[Talk], firsts: Sequence[First], zone: ZoneInfo) -> tuple[Slot, ...]:
    came = Counter(_slot(mail.at, zone) for talk in talks for mail in talk.mails if mail.direction is Direction.IN)
    waits: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for first in firsts:
        if first.seconds is not None:
            waits[_slot(first.at, zone)].append(first.seconds)
    return tuple(
        Slot(weekday=weekday, hour=hour, mails=came[weekday, hour], median=spread_of(waits[weekday, hour]).p50)
        for weekday, hour in sorted(came)
    )


def _slot(moment: datetime, zone: ZoneInfo) -> tuple[int, int]:
    local = moment.astimezone(zone)
    return local.weekday(), local.hour


def _passed_over(came: Sequence[OldMail]) -> dict[str, int]:
    return dict(Counter(str(mail.verdict) for mail in came if mail.verdict is not Verdict.ACCEPT).most_common())


def _is_answer_alone(talk: Talk) -> bool:
    """Somebody answered what is no longer there: deleted, filed elsewhere, or older than the period."""
    return all(mail.direction is Direction.OUT for mail in talk.mails) and any(mail.refs for mail in talk.mails)
