"""A case's clocks on its page: what runs, what is due, what was late, and how long each took, both ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from cli.printing import Times, say, span

_UNPROMISED = ("customer_wait", "reopened", "full_resolution", "time_to_assign", "time_to_accept")
"""Of these only what has ended is worth a line, and a zero is not."""


def print_clocks(clocks: Sequence[Mapping[str, Any]], times: Times) -> None:
    """One line a clock; nothing where there are none yet."""
    lines = [line for each in clocks if (line := _line(each, times))]
    if lines:
        say("\n  Times")
    for line in lines:
        say(f"    {line}")


def _line(clock: Mapping[str, Any], times: Times) -> str:
    what = clock["metric"].replace("_", " ") + (f" ({clock['name']})" if clock["name"] else "")
    if clock["stopped_at"] is None:
        return (
            ""
            if clock["metric"] in _UNPROMISED
            else f"{times.at(clock['started_at'])}  {what}: {_running(clock, times)}"
        )
    if clock["metric"] in _UNPROMISED and not clock["elapsed"]:
        return ""
    by = "to" if clock["metric"] == "time_to_assign" else "by"
    credit = f" {by} {clock['agent']}" if clock["agent"] else ""
    took = f"{span(clock['elapsed'])}, {span(clock['business'])} of business time"
    return f"{times.at(clock['started_at'])}  {what}: {clock['ended'].replace('_', ' ')}{credit} after {took}{_kept(clock, times)}"


def _running(clock: Mapping[str, Any], times: Times) -> str:
    if clock["paused_since"] is not None:
        return f"waits for the customer since {times.at(clock['paused_since'])}"
    if clock["due_at"] is None:
        return "runs, nothing is promised"
    warned = f", warned {times.at(clock['warned_at'])}" if clock["warned_at"] else ""
    broken = f", told as broken {times.at(clock['breached_at'])}" if clock["breached_at"] else ""
    if clock["metric"] == "legal":  # a term in days ends with its last day; one in hours at its minute
        last = times.at(clock["due_at"] - timedelta(microseconds=1))
        if last.endswith("23:59"):
            return f"until the end of {last.removesuffix(' 23:59')} ({times.until(clock['due_at'])}){warned}{broken}"
    return f"due {times.at(clock['due_at'])} ({times.until(clock['due_at'])}){warned}{broken}"


def _kept(clock: Mapping[str, Any], times: Times) -> str:
    if clock["due_at"] is None:
        return ""
    late = (clock["stopped_at"] - clock["due_at"]).total_seconds()
    return f"; {span(late)} late" if late > 0 else f"; in time (due {times.at(clock['due_at'])})"
