"""Counts what the running test does and finds, for the report of `make faults`. Judges nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

_counts: Counter[str] = Counter()
_broken: Counter[str] = Counter()
_longest: dict[str, float] = {}


def count_kills(number: int = 1) -> None:
    """So many processes were killed with -9."""
    _counts["kills"] += number


def count_faults(number: int = 1) -> None:
    """So many other faults were done: an answer swallowed, a connection cut, a server emptied."""
    _counts["faults"] += number


def count_audit(found: Mapping[str, int]) -> None:
    """The audit was asked; `found` is the number of violations by check."""
    _counts["audits"] += 1
    _broken.update({name: number for name, number in found.items() if number})


def note_time(what: str, seconds: float) -> None:
    """Something took so long; the report says the longest of its name."""
    _longest[what] = max(seconds, _longest.get(what, 0.0))


def take_counts() -> tuple[dict[str, int], dict[str, int], dict[str, float]]:
    """What was counted since the last time, violations by check, and the longest times; begins anew."""
    taken = dict(_counts), dict(_broken), dict(_longest)
    _counts.clear()
    _broken.clear()
    _longest.clear()
    return taken
