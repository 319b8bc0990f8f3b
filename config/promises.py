"""Knows the settings of a promise: the times a house commits itself to, for which cases, and who is told when one is at risk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator

from config.base import Settings
from config.durations import PositiveDuration
from config.values import OneOrMore, Percent, Text, Unique
from ventanilla.words import Kind, Priority

DEFAULT_PROMISE = "normal"
NO_PACK = "none"
OWNER, DUTY, SUPERVISORS = "owner", "duty", "supervisors"
ESCALATION_WORDS = (OWNER, DUTY, SUPERVISORS)

_Names = Annotated[tuple[Text, ...], OneOrMore, Unique]


class Target(Settings):
    """A committed level: `target` percent within a time."""

    within: PositiveDuration
    target: Percent = 90


class AppliesTo(Settings):
    """For which cases a promise is meant: all that is named must hold, of a list any one."""

    channel: _Names = ()
    team: _Names = ()
    kind: Annotated[tuple[Kind, ...], OneOrMore, Unique] = ()
    priority: Annotated[tuple[Priority, ...], OneOrMore, Unique] = ()
    tag: _Names = ()

    def named(self) -> dict[str, tuple[str, ...]]:
        """What it looks at, by its key; a list without anything in it looks at nothing."""
        return {name: tuple(map(str, value)) for name in AppliesTo.model_fields if (value := getattr(self, name))}


def _no_pack(value: object) -> object:
    """ "none" says that somebody looked, and that no ready-made policy is theirs."""
    return None if value == NO_PACK else value


class PromiseSettings(Settings):
    """[promises.NAME], an SLA policy. Times are business time of `calendar`; without one, elapsed time."""

    description: Text | None = None
    applies_to: AppliesTo | None = None
    calendar: Text | None = None
    first_response: Target | None = None
    next_response: Target | None = None
    resolution: Target | None = None
    warn_at: Percent = 75
    escalate: Annotated[tuple[Text, ...], OneOrMore, Unique] = (OWNER, DUTY)
    pack: Annotated[Text | None, BeforeValidator(_no_pack)] = None
    bodies: Text | None = None


def default_promise(promises: Mapping[str, PromiseSettings]) -> str | None:
    """The promise of every case that no other is meant for: the one called `normal`, else the only one without `applies_to`."""
    for_all = [name for name, each in promises.items() if each.applies_to is None]
    if DEFAULT_PROMISE in for_all:
        return DEFAULT_PROMISE
    return for_all[0] if len(for_all) == 1 else None


def order_of_promises(content: Mapping[str, Any]) -> list[str]:
    """The promises of a version as it was kept, in the order of its file: a store may keep a document's keys in another."""
    known = content.get("promises", {})
    return [name for name in content.get("promises_order", known) if name in known]
