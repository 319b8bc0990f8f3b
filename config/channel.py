"""Knows the settings that every channel has, whatever its kind. What another package's settings class needs is here too."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from config.base import Settings
from config.durations import Duration, PositiveDuration
from config.plain import plain_error, shown
from config.secrets import Secret
from config.texts import Announce, OwnTexts
from config.values import AddressPattern, AnchoredPath, Flag, Language, Text
from ventanilla.words import Mode

__all__ = ["Acknowledge", "AnchoredPath", "ChannelSettings", "Flag", "PositiveDuration", "Secret", "Start", "Text"]


class Acknowledge(Settings):
    """Whether a customer is told that a new case came in, and how old a message may be and still get it."""

    enabled: Flag = True
    max_age: Duration = timedelta(hours=12)


def _start(value: Any) -> object:
    if value in ("now", "unseen", "all") or type(value) is date:
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise plain_error(f'expected "now", "unseen", "all" or a date such as 2026-11-01, got {shown(value)}') from None


Start = Annotated[Literal["now", "unseen", "all"] | date, BeforeValidator(_start)]


class ChannelSettings(Settings):
    """[channels.NAME]. What every channel has; a kind's own settings class adds to it."""

    kind: Text
    mode: Mode = Mode.OBSERVE
    only_to: tuple[AddressPattern, ...] = ()
    start: Start = "now"
    team: Text = Field(description='the team that answers here, such as team = "atencion"')
    language: Language | None = None
    poll: PositiveDuration = timedelta(seconds=60)
    acknowledge: Acknowledge = Acknowledge()
    announce: Announce = Announce()
    texts: dict[Language, OwnTexts] = Field(default_factory=dict)
