"""The stretches of a case: its events in, every clock out. Pure: the same events give the same stretches, whenever it is asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from ventanilla.measures.clock import Clock
from ventanilla.measures.life import Event, Life
from ventanilla.measures.pauses import clipped
from ventanilla.measures.stretch import Pause, Stretch
from ventanilla.words import Ended, Metric


def stretches(events: Iterable[Event]) -> tuple[Stretch, ...]:
    """Every clock of one case, from all of its events in the order of their ids. Nothing for a case whose opening is not among
    them. Each metric's numbers count from 1, in the order in which the clocks began to count."""
    life = Life()
    for event in events:
        life.take(event)
    return () if life.facts is None else tuple(_told(life))


def _told(life: Life) -> Iterator[Stretch]:
    yield from _assignments(life)
    for number, clock in enumerate(life.owners.asked, 1):
        yield _stretch(life, Metric.TIME_TO_ACCEPT, number, clock)
    for place, turn in enumerate(life.turns.all):
        metric, number = (Metric.NEXT_RESPONSE, place) if place else (Metric.FIRST_RESPONSE, 1)
        yield _stretch(life, metric, number, turn)
    yield from _waits(life)
    yield from _resolutions(life)
    for number, clock in enumerate(life.reopenings, 1):
        yield _stretch(life, Metric.REOPENED, number, clock)


def _assignments(life: Life) -> Iterator[Stretch]:
    first = [life.owners.unassigned] if life.owners.unassigned is not None else []
    for number, clock in enumerate([*first, *life.owners.line], 1):
        yield _stretch(life, Metric.TIME_TO_ASSIGN, number, clock)


def _waits(life: Life) -> Iterator[Stretch]:
    """Each turn by who owned it when; its last spell ended as the turn did."""
    number = 0
    for turn in life.turns.all:
        if turn.void:
            continue
        for spell in life.owners.spells(turn.start, turn.stop):
            number += 1
            ended = turn.ended if spell.last else Ended.PASSED_ON
            yield Stretch(
                metric=Metric.CUSTOMER_WAIT,
                number=number,
                started_at=spell.start,
                stopped_at=spell.stop,
                ended=ended,
                agent=spell.agent,
                team=spell.team,
                facts=turn.facts or life.known(),
                event_id=turn.opened,
            )


def _resolutions(life: Life) -> Iterator[Stretch]:
    pauses = life.waiting.pauses((turn.start, turn.stop) for turn in life.turns.all if not turn.void)
    for metric, clock in ((Metric.FIRST_RESOLUTION, life.resolution), (Metric.FULL_RESOLUTION, life.full)):
        if clock is not None:
            yield _stretch(life, metric, 1, clock, start=life.earliest(clock), pauses=pauses)
    if life.legal is not None:
        start = life.earliest(life.legal)
        facts = replace(life.legal.facts or life.known(), received_at=max(start, life.complete_at or start))
        answered = min((at for at, _ in life.answers.values()), default=None)
        yield _stretch(life, Metric.LEGAL, 1, life.legal, start=start, facts=facts, answered_at=answered)


def _stretch(
    life: Life,
    metric: Metric,
    number: int,
    clock: Clock,
    *,
    start: datetime | None = None,
    pauses: tuple[Pause, ...] = (),
    **more: Any,
) -> Stretch:
    begins = start or clock.start
    named = {"facts": clock.facts or life.known(), **more}
    return Stretch(
        metric=metric,
        number=number,
        started_at=begins,
        stopped_at=clock.stop,
        ended=clock.ended,
        agent=clock.agent if clock.stop is not None else life.owners.now,
        pauses=clipped(pauses, begins, clock.stop) if pauses else (),
        brought_by=tuple(sorted(clock.brought)),
        event_id=clock.opened,
        **named,
    )
