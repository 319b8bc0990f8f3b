"""Knows which promises can never be a case's, because of what stands above them or because nothing leads to them, and which say
something else than the pack that they name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from config.check_law import pack_of
from config.draft import Draft
from config.durations import format_duration
from config.packs.pack import LawDeadline
from config.promises import AppliesTo, PromiseSettings, default_promise
from config.remark import Remark, warning
from ventanilla.words import Kind, Priority

_ALL = {"kind": frozenset(map(str, Kind)), "priority": frozenset(map(str, Priority))}


def check_choice(draft: Draft) -> Iterator[Remark]:
    """An `applies_to` that says nothing, a promise that is never chosen, and alarms that reach nobody."""
    by_rule = {rule.then.promise for rule in draft.rules.values()}
    default = default_promise(draft.promises)
    for name, promise in draft.promises.items():
        if promise.applies_to is not None and not promise.applies_to.named():
            known = ", ".join(f"`{key}`" for key in AppliesTo.model_fields)
            yield Remark(("promises", name, "applies_to"), f"names nothing: set any of {known}, or leave it out")
        elif name not in by_rule and name != default:
            yield from _never(draft.promises, name, default)
        yield from _against_its_pack(name, promise)
        if not promise.escalate:
            message = 'is empty: nobody is warned of what is late; leave it out for ["owner", "duty"]'
            yield warning(("promises", name, "escalate"), message)


def _against_its_pack(name: str, promise: PromiseSettings) -> Iterator[Remark]:
    """A pack that says nothing of the cases meant, and a time of our own that the law's has run out before."""
    law = pack_of(promise)
    if law is None:
        return
    kinds = promise.applies_to.kind if promise.applies_to else ()
    found = [one for one in law.deadlines if not kinds or not one.kinds or not set(one.kinds).isdisjoint(kinds)]
    if not found:
        meant = ", ".join(f'"{kind}"' for kind in kinds)
        message = f'"{law.name}" says nothing of the cases that this promise is meant for (kind {meant})'
        yield warning(("promises", name, "pack"), message)
    longest = max((_at_most(one) for one in found), default=None)
    for key in ("first_response", "resolution"):
        target = getattr(promise, key)
        if longest is not None and target is not None and target.within > longest:
            message = f'{format_duration(target.within)} is longer than the law leaves (pack "{law.name}"): its day comes first'
            yield warning(("promises", name, key, "within"), message)


def _at_most(deadline: LawDeadline) -> timedelta:
    """Longer than this a deadline is not, however its days fall."""
    name, count = deadline.length()
    lengths = {"hours": timedelta(hours=1), "working_days": timedelta(days=2), "months": timedelta(days=31)}
    return lengths.get(name, timedelta(days=1)) * count


def _never(promises: Mapping[str, PromiseSettings], name: str, default: str | None) -> Iterator[Remark]:
    applies_to = promises[name].applies_to
    if applies_to is None:
        instead = f'every case that no other promise is meant for has "{default}"' if default else "none is the default"
        yield warning(("promises", name), f"never applies: it has no `applies_to`, no rule names it, and {instead}")
        return
    for earlier, settings in promises.items():
        if earlier == name:
            return
        if (
            settings.applies_to is not None
            and settings.applies_to.named()
            and _takes_in(settings.applies_to, applies_to)
        ):
            message = f'never applies: "{earlier}" stands before it and takes every case that it is meant for'
            yield warning(("promises", name, "applies_to"), message)
            return


def _takes_in(wider: AppliesTo, narrower: AppliesTo) -> bool:
    """Whether each case that the one is meant for is one that the other is meant for. Tags are alike in any case."""
    theirs, mine = _asked(wider), _asked(narrower)
    return all(name in mine and mine[name] <= values for name, values in theirs.items())


def _asked(applies_to: AppliesTo) -> dict[str, frozenset[str]]:
    """What is really asked: every kind there is asks nothing."""
    asked = {name: frozenset(map(str.casefold, values)) for name, values in applies_to.named().items()}
    return {name: values for name, values in asked.items() if values != _ALL.get(name)}
