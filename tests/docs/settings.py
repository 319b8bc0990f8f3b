"""Walks every settings model of the configuration, so that none can be left out of the documentation."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from config.base import Settings
from config.channel import ChannelSettings
from config.durations import format_duration
from config.kinds import KINDS
from config.pieces import NAMED
from config.schema import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One key of the file. `table` is what its section's heading names: `channels.NAME.imap`, or with a `kind`."""

    table: str
    kind: str | None
    key: str
    field: FieldInfo

    def __str__(self) -> str:
        return f"{self.table}.{self.key}" + (f" (kind {self.kind})" if self.kind else "")

    @property
    def is_table(self) -> bool:
        return any(True for _ in _models(self.field.annotation))


def settings() -> list[Setting]:
    """Every setting of every table and of every kind of channel, each once."""
    found = [*_walk(Config, ""), *_walk(ChannelSettings, "channels.NAME")]
    common = set(ChannelSettings.model_fields)
    for kind, model in KINDS.items():
        found += _walk(model, "channels.NAME", kind=kind, known=common)
        found += [one for name in sorted(common) for one in _added(model, name)]
    return [one for one in found if one.table]


def _added(model: type[Settings], name: str) -> Iterator[Setting]:
    """What a kind adds to a table that every channel has."""
    everywhere = {key for inner in _models(ChannelSettings.model_fields[name].annotation) for key in inner.model_fields}
    for inner in _models(model.model_fields[name].annotation):
        yield from _walk(inner, f"channels.NAME.{name}", known=everywhere)


def written(value: Any) -> str:
    """A default as the documentation writes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, timedelta):
        return f'`"{format_duration(value)}"`'
    return f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


def _walk(
    model: type[Settings], table: str, *, kind: str | None = None, known: set[str] | None = None
) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        if name in (known or ()):
            continue
        key = field.alias or name
        yield Setting(table=table, kind=kind, key=key, field=field)
        if table or name != "channels":
            below = f"{table}.{key}" if table else key
            for inner in _models(field.annotation):
                yield from _walk(inner, f"{below}.NAME" if not table and name in NAMED else below)


def _models(annotation: Any) -> Iterator[type[Settings]]:
    """The settings models within an annotation: `dict[str, TeamSettings]`, `Target | None`, …"""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        yield annotation
    for inner in typing.get_args(annotation):
        yield from _models(inner)
