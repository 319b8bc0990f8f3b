"""What the file's rules had to do with a decision: which, where they stood then, what each decided, whether they still stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from config.schema import Config
from ventanilla.store.tables import config_versions

_Doc = Mapping[str, Any]


class FileNow(Protocol):
    """The file as it is now: its settings, and where each of its rules stands ("ventanilla.toml:41")."""

    @property
    def config(self) -> Config: ...

    @property
    def rules_at(self) -> tuple[str, ...]: ...


def rules_behind(
    connection: sa.Connection, decision: _Doc, version: int, loaded: FileNow | None
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


def _told(number: int, decision: _Doc, content: _Doc, loaded: FileNow | None) -> dict[str, Any]:
    rule = _item(content.get("rules", ()), number) or {}
    then = rule.get("then", {})
    by = decision.get("rules_decided", {})
    return {
        "number": number,
        "at": _item(content.get("rules_at", ()), number),
        "at_now": _place_now(number, rule, loaded),
        "decided": {name: then.get(name) for name, decider in by.items() if decider == number},
    }


def _place_now(number: int, rule: _Doc, loaded: FileNow | None) -> str | None:
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
