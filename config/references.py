"""Knows which settings name another table (a channel its team, a team its people), and that what they name must exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.pieces import NAMED, Pieces
from config.plain import nearest
from config.promises import ESCALATION_WORDS
from config.remark import Key, Remark
from ventanilla.words import IN_PERSON

# Where a name stands, and the section that it must come from; `*` is any key or list item.
_REFERENCES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("channels", "*", "team"), "teams"),
    (("teams", "*", "members", "*"), "agents"),
    (("teams", "*", "duty", "*"), "agents"),
    (("agents", "*", "calendar"), "calendars"),
    (("promises", "*", "calendar"), "calendars"),
    (("promises", "*", "escalate", "*"), "agents"),
    (("promises", "*", "applies_to", "channel", "*"), "channels"),
    (("promises", "*", "applies_to", "team", "*"), "teams"),
    (("rules", "*", "when", "channel", "*"), "channels"),
    (("rules", "*", "then", "team"), "teams"),
    (("rules", "*", "then", "agent"), "agents"),
    (("rules", "*", "then", "promise"), "promises"),
    (("staff", "email", "channel"), "channels"),
    (("staff", "digest_to", "*"), "agents"),
    (("reports", "*", "channel"), "channels"),
    (("reports", "*", "team"), "teams"),
    (("webhooks", "*", "team", "*"), "teams"),
    (("webhooks", "*", "channel", "*"), "channels"),
)


def check_references(pieces: Pieces) -> Iterator[Remark]:
    """Every name that names nothing. Looks at the tables as written, so that other mistakes in them hide none."""
    names = {section: {str(name) for name in pieces.values(section)} for section in NAMED}
    for pattern, section in _REFERENCES:
        known = names[section] | _also_known(pattern)
        for key, name in _found(pieces, pattern):
            if name not in known:
                yield Remark(key, f'unknown {section[:-1]} "{name}"{_cure(name, known, section)}')


def _also_known(pattern: tuple[str, ...]) -> set[str]:
    """Words that stand beside names: whom a promise escalates to, and what was entered by hand as if it had come on a channel."""
    if "escalate" in pattern:
        return set(ESCALATION_WORDS)
    return {IN_PERSON} if pattern[2:4] == ("applies_to", "channel") else set()


def _cure(name: str, known: set[str], section: str) -> str:
    return nearest(name, known, quote='"') if known else f"; there is none yet: add [{section}.{name}]"


def _found(pieces: Pieces, pattern: tuple[str, ...]) -> Iterator[tuple[Key, str]]:
    section, *rest = pattern
    if rest[0] == "*":
        tables = pieces.values(section)
        for name, value in tables.items():
            yield from _names((section, name), value, tuple(rest[1:]))
    else:
        piece = pieces.get((section,))
        yield from _names((section,), piece.value if piece else None, tuple(rest))


def _names(key: Key, value: Any, pattern: tuple[str, ...]) -> Iterator[tuple[Key, str]]:
    """The texts that a pattern leads to; one text may stand for a list of one."""
    if not pattern or (pattern == ("*",) and isinstance(value, str)):
        if isinstance(value, str):
            yield key, value
    elif pattern[0] == "*" and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _names((*key, number), item, pattern[1:])
    elif isinstance(value, dict) and pattern[0] in value:
        yield from _names((*key, pattern[0]), value[pattern[0]], pattern[1:])
