"""Knows when a rule's conditions exclude each other, and when one rule matches all that another does. Pure; only what is certain.

"Certain" is: for every message that this file's channels can bring. Where that is not certain, the answer is no.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from config.expressions import found
from config.patterns import covers, may_meet
from config.rules import Rule, When
from ventanilla.words import Kind

WITHOUT_SUBJECT = frozenset({"telegram", "twilio"})
"""Kinds of channel whose messages are conversational."""

Covers = Callable[[str, str], bool]
"""Whether the first takes in the second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the rest of the file says: each channel's kind, and whether the default promise's calendar is open always."""

    kinds: Mapping[str, str]
    always_open: bool


def contradiction(rules: Sequence[Rule], place: int, ground: Ground) -> tuple[str, str] | None:
    """Why no message can match the rule at this place: the condition, and the reason in words. None where one may."""
    when = rules[place].when
    return (
        _without_subject(when, ground)
        or _sender_elsewhere(when)
        or _no_telegram_id(when, ground)
        or _never_of_kind(rules, place)
        or _never_closed(when, ground)
    )


def decided_before(rules: Sequence[Rule], place: int, ground: Ground) -> dict[str, int] | None:
    """For each field that the rule at this place would decide, the place of an earlier rule that matches whatever it matches
    and decides that field. None unless every field has one: then the rule can never do anything."""
    deciders: dict[str, int] = {}
    for earlier in range(place):
        fields = rules[earlier].then.decided().keys() - deciders.keys()
        if fields and _implies(rules, place, earlier, ground):
            deciders |= dict.fromkeys(fields, earlier)
    mine = list(rules[place].then.decided())
    return {name: deciders[name] for name in mine} if mine and deciders.keys() >= set(mine) else None


def _without_subject(when: When, ground: Ground) -> tuple[str, str] | None:
    names = _named_channels(when, ground)
    if when.subject is None or not names or any(ground.kinds[name] not in WITHOUT_SUBJECT for name in names):
        return None
    return None if _may_be_empty(when.subject) else ("subject", "chat, SMS and calls have no subject")


def _sender_elsewhere(when: When) -> tuple[str, str] | None:
    if not when.sender or not when.domain:
        return None
    if any(may_meet(sender, f"*@{domain}") for sender in when.sender for domain in when.domain):
        return None
    return "domain", "no `sender` of this rule is at such a domain"


def _no_telegram_id(when: When, ground: Ground) -> tuple[str, str] | None:
    names = _named_channels(when, ground)
    if not names or any(ground.kinds[name] != "telegram" for name in names):
        return None
    if when.domain:
        return "domain", "who writes by Telegram has a number and no domain"
    if when.sender and not any(re.fullmatch(r"-?[\d*]*", sender) for sender in when.sender):
        return "sender", "who writes by Telegram has a number for an address"
    return None


def _never_of_kind(rules: Sequence[Rule], place: int) -> tuple[str, str] | None:
    wanted, possible = rules[place].when.kind, kinds_seen(rules, place)
    if not wanted or possible & set(wanted):
        return None
    return (
        "kind",
        f"at this place every case is a {' or '.join(sorted(possible))}: only rules above can make it another",
    )


def _never_closed(when: When, ground: Ground) -> tuple[str, str] | None:
    if when.open_hours is False and ground.always_open:
        return "open_hours", "the default promise has no `calendar`, so it is open always"
    return None


def kinds_seen(rules: Sequence[Rule], place: int) -> set[str]:
    """The kinds that a case may be of when the rule at this place looks at it."""
    decided: set[str] = set()
    for rule in rules[:place]:
        if rule.then.kind is not None:
            decided.add(rule.then.kind)
            if rule.when == When():
                return decided
    return decided | {Kind.QUERY}


def _implies(rules: Sequence[Rule], narrower: int, wider: int, ground: Ground) -> bool:
    """Whether every message that matches the one rule has matched the other, earlier one."""
    mine, theirs = rules[narrower].when, rules[wider].when
    between = rules[wider:narrower]
    return (
        _usable_channels(mine, ground) <= _named_channels(theirs, ground)
        and (not theirs.sender or _senders_within(mine, theirs.sender))
        and (not theirs.domain or _domains_within(mine, theirs.domain))
        and theirs.subject in (None, mine.subject)
        and theirs.text in (None, mine.text)
        and (not theirs.language or _within(mine.language, theirs.language, _speaks))
        and (theirs.open_hours in (None, mine.open_hours) or (theirs.open_hours is True and ground.always_open))
        and _same_kinds(rules, mine, wider, between)
        and (not theirs.tag or (_within(mine.tag, theirs.tag, _same) and not any(rule.then.tags for rule in between)))
    )


def _same_kinds(rules: Sequence[Rule], mine: When, wider: int, between: Sequence[Rule]) -> bool:
    wanted = set(rules[wider].when.kind)
    if not wanted or kinds_seen(rules, wider) <= wanted:
        return True
    return bool(mine.kind) and set(mine.kind) <= wanted and all(rule.then.kind is None for rule in between)


def _named_channels(when: When, ground: Ground) -> set[str]:
    named = {name.lower() for name in when.channel}
    return {name for name in ground.kinds if not named or name.lower() in named}


def _usable_channels(when: When, ground: Ground) -> set[str]:
    """The channels whose messages could match: without those that have no subject or no domain, where one is asked for."""
    names = _named_channels(when, ground)
    if when.subject is not None and not _may_be_empty(when.subject):
        names = {name for name in names if ground.kinds[name] not in WITHOUT_SUBJECT}
    return {name for name in names if ground.kinds[name] != "telegram"} if when.domain else names


def _senders_within(mine: When, wider: Sequence[str]) -> bool:
    """Whether whoever this rule lets through is one of these senders: by its own senders, or by its domains."""
    by_domain = [f"*@{domain}" for domain in mine.domain]
    return _within(mine.sender, wider, covers) or _within(by_domain, wider, covers)


def _domains_within(mine: When, wider: Sequence[str]) -> bool:
    at_domains = [f"*@{domain}" for domain in wider]
    return _within(mine.domain, wider, covers) or _within(mine.sender, at_domains, covers)


def _within(mine: Sequence[str], wider: Sequence[str], covers_one: Covers) -> bool:
    return bool(mine) and all(any(covers_one(wide, each) for wide in wider) for each in mine)


def _speaks(wide: str, narrow: str) -> bool:
    return f"{narrow.lower()}-".startswith(f"{wide.lower()}-")


def _same(one: str, other: str) -> bool:
    return one.lower() == other.lower()


def _may_be_empty(pattern: str) -> bool:
    """Whether an expression is found in nothing at all; yes where that takes too long to tell."""
    try:
        return found(pattern, "")
    except TimeoutError:
        return True
