"""The admin's rules: top to bottom, the first that matches decides each field. Pure; a slow expression is no match.

What an earlier rule decided is what later ones see: a case's `kind`, and its `tags` beside those of the customer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from config.expressions import MOST_SECONDS, found
from config.patterns import fits
from config.rules import Rule, Then, When

MOST_IN_ALL = 1.0  # seconds for all expressions of a message; once that is used up, each may still take LEAST_SECONDS
LEAST_SECONDS = 0.02


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
    whose expression took too long to tell, `by` says which rule decided each field."""

    team: str | None = None
    agent: str | None = None
    kind: str | None = None
    priority: str | None = None
    promise: str | None = None
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    rules: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)
    by: dict[str, int] = field(default_factory=dict)

    def take(self, number: int, then: Then) -> None:
        """A rule matched: it decides whatever nobody before it has."""
        self.rules.append(number)
        for name, value in then.decided().items():
            if name not in self.by:
                self.by[name] = number
                setattr(self, name, value)

    def as_written(self) -> dict[str, Any]:
        """What is kept with the decision that they had a say in; nothing where they had none."""
        if not self.rules and not self.slow:
            return {}
        return {"rules": self.rules, "rules_too_slow": self.slow, "rules_decided": self.by}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one rule. `failed` are the conditions that did not hold: all of them, or the first. `decided` are the
    fields that it decided, fewer than it names where an earlier rule was first."""

    number: int
    failed: tuple[str, ...] = ()
    decided: tuple[str, ...] = ()
    too_slow: bool = False

    @property
    def matched(self) -> bool:
        return not self.failed and not self.too_slow


def apply_rules(rules: Sequence[Rule], facts: Facts) -> Decided:
    """Go through all rules once. The same facts give the same decision."""
    return try_rules(rules, facts, whole=False)[0]


def try_rules(rules: Sequence[Rule], facts: Facts, *, whole: bool = True) -> tuple[Decided, list[Tried]]:
    """The decision, and how each rule came out. Without `whole` a rule is left at its first condition that does not hold."""
    decided, tried, patience = Decided(), [], _Patience()
    for number, rule in enumerate(rules, start=1):
        seen = _seen_by_now(facts, decided)
        try:
            failed = tuple(islice(failing(rule.when, seen, patience), None if whole else 1))
        except TimeoutError:
            decided.slow.append(number)
            tried.append(Tried(number=number, too_slow=True))
            continue
        if not failed:
            decided.take(number, rule.then)
        mine = tuple(name for name, by in decided.by.items() if by == number)
        tried.append(Tried(number=number, failed=failed, decided=mine))
    return decided, tried


def _seen_by_now(facts: Facts, decided: Decided) -> Facts:
    if not decided.kind and not decided.tags:
        return facts
    return replace(facts, kind=decided.kind or facts.kind, tags=facts.tags | set(decided.tags))


@dataclass(slots=True)
class _Patience:
    """How long expressions may still take over one message."""

    left: float = MOST_IN_ALL

    def search(self, pattern: str | None, text: str) -> bool:
        """Whether the expression is found. Raises TimeoutError."""
        if pattern is None:
            return True
        began = time.monotonic()
        try:
            limit = max(LEAST_SECONDS, min(MOST_SECONDS, self.left))
            return found(pattern, text, seconds=limit)
        finally:
            self.left -= time.monotonic() - began


def failing(when: When, facts: Facts, patience: _Patience) -> Iterator[str]:
    """The conditions that do not hold, what is quickly told first. Raises TimeoutError at an expression that takes too long."""
    holds = {
        "channel": _named(when.channel, facts.channel),
        "sender": not when.sender or any(fits(one, facts.sender.lower()) for one in when.sender),
        "domain": not when.domain or any(fits(f"*@{one}", facts.sender.lower()) for one in when.domain),
        "language": not when.language or any(speaks(one, facts.language) for one in when.language),
        "tag": not when.tag or not {one.lower() for one in facts.tags}.isdisjoint(one.lower() for one in when.tag),
        "kind": _named(when.kind, facts.kind),
        "open_hours": when.open_hours is None or when.open_hours == facts.is_open,
    }
    yield from (name for name, does in holds.items() if not does)
    if not patience.search(when.subject, facts.subject):
        yield "subject"
    if not patience.search(when.text, facts.text):
        yield "text"


def speaks(wanted: str, language: str) -> bool:
    """Whether a language is the wanted one: "es" takes in "es-MX", "es-MX" only itself."""
    return language.lower() == wanted.lower() or language.lower().startswith(f"{wanted.lower()}-")


def _named(wanted: Sequence[str], found: str) -> bool:
    return not wanted or found.lower() in {str(one).lower() for one in wanted}
