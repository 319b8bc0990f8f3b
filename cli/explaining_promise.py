"""How `explain` prints which promise is a case's and why, what its clocks hold by now, and who was told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.printing import Times, one_line, say
from reports.explaining.promise import NAMES, why_in_words
from ventanilla.words import Metric

_Doc = Mapping[str, Any]


def print_promise(told: _Doc, times: Times) -> None:
    """The promise of an explanation for people; nothing where nothing was ever promised."""
    if told["name"] is None and not told["clocks"]:
        return
    say("\nWhat is promised")
    say(f"  {told['name'] or 'nothing'}: {why_in_words(told['why'], told['meant_for'])}")
    for clock in told["clocks"]:
        if clock["due_at"] or clock["breached_at"] or clock["paused_since"]:
            say(f"  {_clock(clock, times)}")
    for one in told["told"]:
        whom = ", ".join(one["to"]) or "nobody"
        say(f"  {times.at(one['at'])}  {NAMES.get(one['metric'], one['metric'])}: {whom} {one['what']}")


def _clock(clock: _Doc, times: Times) -> str:
    name = one_line(clock["name"]) or NAMES[clock["metric"]]
    number = f" {clock['number']}" if clock["metric"] == Metric.NEXT_RESPONSE else ""
    under = f"promise {clock['promise'] or 'none'}, config version {clock['config_version']}"
    return f"{name}{number}: {'; '.join(_facts(clock, times))} ({under})"


def _facts(clock: _Doc, times: Times) -> Iterator[str]:
    if clock["due_at"]:
        yield f"due {times.at(clock['due_at'])}"
    if clock["paused_since"]:
        yield f"stands still since {times.at(clock['paused_since'])}, waiting on the customer"
    if clock["stopped_at"]:
        yield f"{clock['ended'].replace('_', ' ')} {times.at(clock['stopped_at'])}"
    if clock["breached_at"]:
        yield "broken"
