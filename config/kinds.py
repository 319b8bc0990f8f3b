"""Knows which settings class stands behind a channel's `kind`: ours, or one that another package brings."""

from __future__ import annotations

import difflib
from typing import Any

from config.channel import ChannelSettings
from config.email import EmailSettings
from config.plain import nearest, plain_error, refusal, shown
from config.plugins import SETTINGS, BrokenPackage, brought, brought_kinds
from config.telegram import TelegramSettings
from config.twilio import TwilioSettings

KINDS: dict[str, type[ChannelSettings]] = {
    "email": EmailSettings,
    "telegram": TelegramSettings,
    "twilio": TwilioSettings,
}


def known_kinds() -> list[str]:
    """Ours, then those that other packages bring, by name."""
    return [*KINDS, *sorted(brought_kinds() - set(KINDS))]


def settings_class(kind: str) -> type[ChannelSettings] | None:
    """The class for a kind; None where nobody has it. Raises BrokenPackage."""
    if kind in KINDS:
        return KINDS[kind]
    found = brought(SETTINGS, kind)
    if found is None:
        return None
    if not (isinstance(found, type) and issubclass(found, ChannelSettings)):
        raise BrokenPackage(f'what is brought for kind "{kind}" in {SETTINGS} is no class derived from ChannelSettings')
    return found


def read_channel(value: object, context: dict[str, object] | None = None) -> ChannelSettings:
    """Make a table into the settings of its kind. Raises what pydantic collects."""
    if isinstance(value, ChannelSettings):
        return value
    if not isinstance(value, dict):
        raise plain_error(f"expected a table, got {shown(value)}")
    kind = value.get("kind")
    if kind is None:
        raise _no_kind(value)
    try:
        found = settings_class(kind) if isinstance(kind, str) else None
    except BrokenPackage as broken:
        raise refusal(str(broken), at="kind") from None
    if found is None:
        raise refusal(f"unknown kind {shown(kind)}{nearest(str(kind), known_kinds(), quote=chr(34))}", at="kind")
    return found.model_validate(value, context=context)


def _no_kind(table: dict[str, Any]) -> Exception:
    """Without its kind a channel cannot be read at all, so a misspelt `kind` is told alone."""
    misspelt = difflib.get_close_matches("kind", table, n=1, cutoff=0.6)
    if misspelt:
        return refusal(f"unknown key `{misspelt[0]}`; did you mean `kind`?", at=misspelt[0])
    return refusal(f"is required: one of {', '.join(known_kinds())}", at="kind")
