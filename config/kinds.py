"""Knows which settings class stands behind a channel's `kind`."""

from __future__ import annotations

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


def read_channel(value: object, context: dict[str, object] | None = None) -> ChannelSettings:
    """Make a table into the settings of its kind. Raises what pydantic collects."""
    if isinstance(value, ChannelSettings):
        return value
    if not isinstance(value, dict):
        raise plain_error(f"expected a table, got {shown(value)}")
    kind = value.get("kind")
    if kind is None:
        raise refusal(f"is required: one of {', '.join(KINDS)}", at="kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise refusal(f"unknown kind {shown(kind)}{nearest(str(kind), KINDS, quote=chr(34))}", at="kind")
    return KINDS[kind].model_validate(value, context=context)
