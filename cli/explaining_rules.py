"""What the file's rules had to do with a decision: which, where they stood then, what each decided, whether they still stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cli.printing import say
from ventanilla.store.tables import config_versions

if TYPE_CHECKING:
    from config.load import Loaded

_Doc = Mapping[str, Any]


def rules_behind(
    connection: sa.Connection, decision: _Doc, version: int, loaded: Loaded | None
) -> list[dict[str, Any]]:
    """Every rule that matched or took too long, as the version in force then had it; nothing where no rule had a say.

    `at` is the file and line then, `at_now` where the very same rule stands in the file now: None where it was changed or taken
    out since. `decided` has the fields that this rule won, with their values.
    """
    slow = set(decision.get("rules_too_slow", ()))
    numbers = sorted({*decision.get("rules", ()), *slow})
    if not numbers:
        return []
    row = connection.execute(sa.select(config_versions).where(config_versions.c.id == version)).one_or_none()
    content: _Doc = row.content if row is not None else {}
    return [_told(number, decision, content, loaded) | {"too_slow": number in slow} for number in numbers]


def _told(number: int, decision: _Doc, content: _Doc, loaded: Loaded | None) -> dict[str, Any]:
    rule = _item(content.get("rules", ()), number) or {}
    then = rule.get("then", {})
    by = decision.get("rules_decided", {})
    return {
        "number": number,
        "at": _item(content.get("rules_at", ()), number),
        "at_now": _place_now(number, rule, loaded),
        "decided": {name: then.get(name) for name, decider in by.items() if decider == number},
    }


def _place_now(number: int, rule: _Doc, loaded: Loaded | None) -> str | None:
    """Where the same rule stands now: under its number if it can, else anywhere."""
    if loaded is None or not rule:
        return None
    now: Sequence[_Doc] = loaded.config.as_json()["rules"]
    same = [at for at, each in enumerate(now, start=1) if each == rule]
    if not same:
        return None
    place: str | None = _item(loaded.rules_at, number if number in same else same[0])
    return place


def _item(items: Sequence[Any], number: int) -> Any:
    return items[number - 1] if len(items) >= number else None


def print_rules(rules: Sequence[_Doc]) -> None:
    """The same for people, a line each."""
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
