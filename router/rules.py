"""The admin's rules: top to bottom, the first that matches decides each field. Pure; a slow expression is no match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from config.rules import Rule, When

MOST_SECONDS = 0.2
MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What rules may look at: a message and what is known of its sender. `is_open`: whether it came within opening hours."""

    channel: str
    sender: str
    subject: str
    text: str
    language: str
    tags: frozenset[str] = frozenset()
    kind: str = "query"
    is_open: bool = True


@dataclass(slots=True, kw_only=True)
class Decided:
    """What the rules decided; None where none did. `rules` are the numbers (from 1) of those that matched, `slow` of those
    whose expression took too long to tell."""

    team: str | None = None
    agent: str | None = None
    kind: str | None = None
    priority: str | None = None
    promise: str | None = None
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rules: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)


def apply_rules(rules: Sequence[Rule], facts: Facts) -> Decided:
    """Go through all rules once. The same facts give the same decision."""
    decided = Decided()
    for number, rule in enumerate(rules, start=1):
        try:
            matches = matches_rule(rule.when, facts)
        except TimeoutError:
            decided.slow.append(number)
            continue
        if matches:
            decided.rules.append(number)
            for name in ("team", "agent", "kind", "priority", "promise", "skills", "tags"):
                if not getattr(decided, name):
                    setattr(decided, name, getattr(rule.then, name))
    return decided


def matches_rule(when: When, facts: Facts) -> bool:
    """Whether everything that is named holds. Raises TimeoutError when an expression takes longer than 0.2 s."""
    return (
        _named(when.channel, facts.channel)
        and _named(when.sender, facts.sender)
        and _named(when.domain, facts.sender.rpartition("@")[2])
        and _named(when.language, facts.language)
        and _named(when.kind, facts.kind)
        and (not when.tag or not facts.tags.isdisjoint(when.tag))
        and (when.open_hours is None or when.open_hours == facts.is_open)
        and _found(when.subject, facts.subject)
        and _found(when.text, facts.text[:MOST_TEXT])
    )


def _named(wanted: Sequence[str], found: str) -> bool:
    return not wanted or found.lower() in {str(one).lower() for one in wanted}


def _found(pattern: str | None, text: str) -> bool:
    return pattern is None or _compiled(pattern).search(text, timeout=MOST_SECONDS) is not None


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> regex.Pattern[str]:
    return regex.compile(pattern)
