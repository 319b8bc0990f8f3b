"""Knows which settings class stands behind a channel's `kind`: ours, or one that another package brings."""

from __future__ import annotations

import difflib
from importlib.metadata import entry_points
from typing import Any

from config.channel import ChannelSettings
from config.email import EmailSettings
from config.plain import nearest, plain_error, refusal, shown
from config.telegram import TelegramSettings
from config.twilio import TwilioSettings

KINDS: dict[str, type[ChannelSettings]] = {
    "email": EmailSettings,
    "telegram": TelegramSettings,
    "twilio": TwilioSettings,
}
# Another package's channel names its ChannelSettings class here, under the channel's kind.
ENTRY_POINTS = "ventanilla.channel_settings"


def settings_class(kind: str) -> type[ChannelSettings] | None:
    """The class for a kind; None where nobody has it."""
    if kind in KINDS:
        return KINDS[kind]
    found = next(iter(entry_points(group=ENTRY_POINTS, name=kind)), None)
    loaded: type[ChannelSettings] | None = found.load() if found is not None else None
    return loaded


def read_channel(value: object, context: dict[str, object] | None = None) -> ChannelSettings:
    """Make a table into the settings of its kind. Raises what pydantic collects."""
    if isinstance(value, ChannelSettings):
        return value
    if not isinstance(value, dict):
        raise plain_error(f"expected a table, got {shown(value)}")
    kind = value.get("kind")
    if kind is None:
        raise _no_kind(value)
    found = settings_class(kind) if isinstance(kind, str) else None
    if found is None:
        raise refusal(f"unknown kind {shown(kind)}{nearest(str(kind), KINDS, quote=chr(34))}", at="kind")
    return found.model_validate(value, context=context)


def _no_kind(table: dict[str, Any]) -> Exception:
    """Without its kind a channel cannot be read at all, so a misspelt `kind` is told alone."""
    misspelt = difflib.get_close_matches("kind", table, n=1, cutoff=0.6)
    if misspelt:
        return refusal(f"unknown key `{misspelt[0]}`; did you mean `kind`?", at=misspelt[0])
    return refusal(f"is required: one of {', '.join(KINDS)}", at="kind")
