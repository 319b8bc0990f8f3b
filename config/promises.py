"""Knows the settings of a promise: the times a house commits itself to, and who is told when one is at risk."""

from __future__ import annotations

from config.base import Settings
from config.durations import PositiveDuration
from config.values import Percent, Text


class Target(Settings):
    """A committed level: `target` percent within a time."""

    within: PositiveDuration
    target: Percent = 90


class PromiseSettings(Settings):
    """[promises.NAME], an SLA policy. Times are business time of `calendar`; without one, elapsed time."""

    description: Text | None = None
    calendar: Text | None = None
    first_response: Target | None = None
    next_response: Target | None = None
    resolution: Target | None = None
    warn_at: Percent = 75
    escalate: tuple[Text, ...] = ("owner", "duty")
    pack: Text | None = None
