"""Knows what an admin should hear about the law's ready-made policies: which one to choose, and what one forbids in the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from config.available import AVAILABLE_PACKS
from config.calendars import CalendarSettings
from config.draft import Draft
from config.packs import Pack, all_packs, read_pack
from config.packs.pack import Duty, Forbidden
from config.promises import NO_PACK, PromiseSettings, default_promise
from config.remark import Remark, warning

SPAIN = "ES"
_SPANISH_ZONES = ("Europe/Madrid", "Atlantic/Canary", "Africa/Ceuta")
_OLD = timedelta(days=366)


def check_law(draft: Draft, *, today: date) -> Iterator[Remark]:
    """For each promise with a pack what keeps it from being kept; else, in Spain, which pack applies."""
    for name, promise in draft.promises.items():
        law = pack_of(promise)
        if law is not None:
            yield from _calendar(draft, name, promise, law)
            yield from _scope(draft, name, law)
            yield from _bodies(name, promise, law)
            yield from _age(name, law, today)
            yield from _receipts(draft, name, law)
        elif promise.bodies is not None:
            yield warning(("promises", name, "bodies"), "says nothing without a `pack` that wants such bodies named")
    yield from _which_applies(draft)


def pack_of(promise: PromiseSettings | None) -> Pack | None:
    """The pack of a promise; None without one, with one that is not known, and for "none"."""
    if promise is None or promise.pack not in AVAILABLE_PACKS:
        return None
    return read_pack(promise.pack)


def summary(law: Pack) -> str:
    """Its name, source and day of review in one line."""
    return f"{law.name}: {law.source}; reviewed {law.when_reviewed()}; not legal advice"


def _calendar(draft: Draft, name: str, promise: PromiseSettings, law: Pack) -> Iterator[Remark]:
    """Working days cannot be counted without knowing the holidays, nor a day's end without a zone."""
    if promise.calendar is None:
        yield warning(
            ("promises", name, "calendar"),
            f'is not set, so the days of pack "{law.name}" end in UTC and no holiday is known; name one with holidays',
        )
        return
    calendar = draft.calendars.get(promise.calendar)
    country = _country(calendar)
    if calendar is None or country == law.country:
        return
    cure = f'holidays = {{ country = "{law.country or "ES"}" }}'
    if country is None:
        message = (
            f'has no holidays, so the working days of pack "{law.name}" (promise "{name}") count every one; add {cure}'
        )
        yield warning(("calendars", promise.calendar, "holidays"), message)
    elif law.country is not None:
        message = (
            f'pack "{law.name}" is of {law.country}, and its days are counted by the holidays of {country}; use {cure}'
        )
        yield warning(("promises", name, "pack"), message)


def _scope(draft: Draft, name: str, law: Pack) -> Iterator[Remark]:
    """A pack whose deadlines hold for any case belongs to a promise of its own."""
    if name == default_promise(draft.promises) and any(not one.kinds and not one.tags for one in law.deadlines):
        message = (
            f'"{law.name}" holds for every case, whatever its kind, and this is the promise of every case; give it one of '
            'its own with `applies_to = { tag = "…" }`, or chosen by a rule'
        )
        yield warning(("promises", name, "pack"), message)


def _bodies(name: str, promise: PromiseSettings, law: Pack) -> Iterator[Remark]:
    article = next((one for one in law.required if one.what is Duty.BODIES), None)
    if article is not None and promise.bodies is None:
        message = (
            f"is not set: {article.says.en} ({article.source}, pack {law.name}); without it nothing reminds your people of "
            'them; such as bodies = "Junta Arbitral de Consumo de …, www.…"'
        )
        yield warning(("promises", name, "bodies"), message)


def _age(name: str, law: Pack, today: date) -> Iterator[Remark]:
    if today - law.reviewed > _OLD:
        message = f'"{law.name}" was last reviewed on {law.when_reviewed()}: see whether it changed since'
        yield warning(("promises", name, "pack"), message)


def _receipts(draft: Draft, name: str, law: Pack) -> Iterator[Remark]:
    """Refuses a channel that gives no receipt though its cases may have a promise that wants one."""
    article = next((one for one in law.forbidden if one.what is Forbidden.NO_RECEIPT), None)
    if article is None:
        return
    for channel in channels_under(draft, name):
        if not draft.channels[channel].acknowledge.enabled:
            message = (
                f'promise "{name}" has the pack "{law.name}", which forbids this ({article.source}): {article.says.en}; take '
                "this out, or keep the promise from this channel (`applies_to`)"
            )
            yield Remark(("channels", channel, "acknowledge", "enabled"), message)


def channels_under(draft: Draft, name: str) -> list[str]:
    """The channels whose cases may have this promise: it is the default, is meant for them, or a rule gives it to them."""
    rules = [rule.when.channel for rule in draft.rules.values() if rule.then.promise == name]
    applies_to = draft.promises[name].applies_to
    wanted = [*rules, *([applies_to.channel] if applies_to is not None else [])]
    if name == default_promise(draft.promises) or any(not one for one in wanted):
        return list(draft.channels)
    named = {channel.lower() for one in wanted for channel in one}
    return [channel for channel in draft.channels if channel.lower() in named]


def _which_applies(draft: Draft) -> Iterator[Remark]:
    """In Spain whoever serves consumers has such a law: ask which, until somebody answers."""
    answered = any("pack" in promise.model_fields_set for promise in draft.promises.values())
    if answered or not _is_in_spain(draft) or not (draft.promises or _legal_kinds(draft)):
        return
    asked = "; ".join(f'"{law.name}": {law.who.en}' for law in all_packs() if law.country == SPAIN)
    where = next(iter(draft.promises), None)
    key = ("promises", where, "pack") if where is not None else ("promises",)
    yield warning(
        key,
        f'which law on complaints and claims applies to this house? Set `pack` to one of {asked}; or to "{NO_PACK}". '
        "`ventanilla packs` tells them apart",
    )


def _legal_kinds(draft: Draft) -> bool:
    return any(rule.then.kind in ("complaint", "claim") for rule in draft.rules.values())


def _is_in_spain(draft: Draft) -> bool:
    return str(draft.zone()) in _SPANISH_ZONES or any(_country(one) == SPAIN for one in draft.calendars.values())


def _country(calendar: CalendarSettings | None) -> str | None:
    return calendar.holidays.country if calendar is not None and calendar.holidays is not None else None
