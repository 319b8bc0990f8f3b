"""Knows what a `*` in an address or a domain stands for, and how two such patterns relate; knows no rule. Pure."""

from __future__ import annotations

ANY = "*"


def fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern describes; each `*` stands for any letters, or none."""
    first, *others = pattern.split(ANY)
    if not others:
        return pattern == text
    if not text.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(others[-1]) and text.endswith(others[-1])


def covers(wider: str, narrower: str) -> bool:
    """Whether the wider pattern certainly fits everything that the narrower does. False where that is not certain."""
    return fits(wider, narrower)  # a `*` in the narrower is one more letter, which only a `*` of the wider takes in


def may_meet(one: str, other: str) -> bool:
    """Whether some text fits both patterns."""
    below = [not other[at:].strip(ANY) for at in range(len(other) + 1)]  # for the end of `one`, and each end of `other`
    for sign in reversed(one):
        row = [below[-1] and sign == ANY]
        for at in reversed(range(len(other))):
            if ANY in (sign, other[at]):
                row.append(row[-1] or below[at])
            else:
                row.append(sign == other[at] and below[at + 1])
        below = row[::-1]
    return below[0]
