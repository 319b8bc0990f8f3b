"""Knows how expressions in rules are searched for in bounded time, and how to find those that would not keep to it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import regex

MOST_SECONDS = 0.2  # for one expression
MOST_TEXT = 20_000
_RUNS = "a 0.-@\n"
_WORDS = ("palabra ", "a@b.c ", "12/11/2026 ", "ab\n")


def found(pattern: str, text: str, *, seconds: float = MOST_SECONDS) -> bool:
    """Whether an expression is found in the first 20,000 characters. Raises TimeoutError when that takes longer."""
    return _compiled(pattern).search(text[:MOST_TEXT], timeout=seconds) is not None


def probe_that_is_too_slow(pattern: str) -> str | None:
    """A text on which an expression takes longer than it may, twice in a row; None where no probe finds one."""
    for probe in _probes(pattern):
        if _is_too_slow(pattern, probe, MOST_SECONDS) and _is_too_slow(pattern, probe, 2 * MOST_SECONDS):
            return probe
    return None


def _is_too_slow(pattern: str, text: str, seconds: float) -> bool:
    try:
        found(pattern, text, seconds=seconds)
    except TimeoutError:
        return True
    return False


def _probes(pattern: str) -> Iterator[str]:
    """What backtracking dislikes: long runs that end in something else; short ones for whatever doubles with each letter."""
    letters = dict.fromkeys(_RUNS + "".join(re.findall(r"\w", pattern)))
    words = dict.fromkeys((*_WORDS, *re.findall(r"\w{2,}", pattern)))
    for unit in (*letters, *words):
        yield unit * 50 + "\0"
    for letter in letters:
        yield letter * 2_000 + "\0"
    yield "palabra " * (MOST_TEXT // 8)
    yield "a" * MOST_TEXT


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)
