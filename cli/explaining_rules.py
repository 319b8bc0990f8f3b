"""How `explain` prints what the file's rules had to do with a decision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cli.printing import say

_Doc = Mapping[str, Any]


def print_rules(rules: Sequence[_Doc]) -> None:
    """A line each."""
    for rule in rules:
        say(f"   rule {rule['number']}{_where(rule)} {_what(rule)}")


def _where(rule: _Doc) -> str:
    at, now = rule["at"], rule["at_now"]
    if at is None:
        return ""
    if now is None:
        return f" ({at} then; changed or taken out since)"
    return f" ({at})" if at == now else f" ({at} then, {now} now)"


def _what(rule: _Doc) -> str:
    if rule["too_slow"]:
        return "took too long and did not count"
    return (
        f"decided {', '.join(_fields(rule['decided']))}"
        if rule["decided"]
        else "matched; what it would decide was decided"
    )


def _fields(decided: _Doc) -> Iterator[str]:
    for name, value in decided.items():
        yield f"{name} {', '.join(map(str, value)) if isinstance(value, list) else value}"
