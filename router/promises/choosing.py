"""Which promise is a case's, and why that one: the one that a rule named, the first in the file that is meant for it, the default.

Pure; knows the file's promises and what a case is about. What a promise comes to in time is in policy.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from config.promises import AppliesTo, PromiseSettings, default_promise

BY_RULE, APPLIES_TO, DEFAULT, NONE = "rule", "applies_to", "default", "none"


class About(Protocol):
    """What a promise may look at: a case's row, what a case begins with, or the facts that a policy is asked about. `promise` is
    the one that a rule named."""

    @property
    def channel(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def priority(self) -> str: ...
    @property
    def promise(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A promise and why it is this one: `rule`, `applies_to` or `default`; `none` where nothing is promised."""

    name: str | None = None
    settings: PromiseSettings | None = None
    why: str = NONE


def choose_promise(promises: Mapping[str, PromiseSettings], about: About, *, tags: Iterable[str]) -> Chosen:
    """The promise of such a case. One that a rule named and that the file has no more counts as none named."""
    if about.promise is not None and about.promise in promises:
        return Chosen(name=about.promise, settings=promises[about.promise], why=BY_RULE)
    known = {name: {str(getattr(about, name))} for name in ("channel", "team", "kind", "priority")}
    known["tag"] = set(map(str.casefold, tags))
    for name, settings in promises.items():
        if settings.applies_to is not None and _fits(settings.applies_to, known):
            return Chosen(name=name, settings=settings, why=APPLIES_TO)
    return the_default(promises)


def the_default(promises: Mapping[str, PromiseSettings]) -> Chosen:
    """The promise of what no other is meant for."""
    name = default_promise(promises)
    return Chosen() if name is None else Chosen(name=name, settings=promises[name], why=DEFAULT)


def _fits(applies_to: AppliesTo, known: Mapping[str, set[str]]) -> bool:
    asked = {**applies_to.named(), "tag": tuple(map(str.casefold, applies_to.tag))}
    return all(not known[name].isdisjoint(values) for name, values in asked.items() if values)
