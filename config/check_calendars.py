"""Knows what makes no sense in a calendar: what its engine refuses, and hours of a day that overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from config.calendars import CalendarSettings
from config.draft import Draft
from config.remark import Key, Remark, warning
from config.service import ServiceSettings
from ventanilla.clocks.calendar import InvalidCalendar
from ventanilla.clocks.hours import parse_window


def check_calendars(draft: Draft, *, thorough: bool) -> Iterator[Remark]:
    """Every mistake in hours, seasons, holidays and special days. `thorough` looks up countries and regions (0.7 s)."""
    for name, settings in draft.calendars.items():
        key: Key = ("calendars", name)
        try:
            settings.calendar(verify_holidays=thorough)
        except InvalidCalendar as error:
            for inner, message in error.problems:
                yield Remark(key + _parts(inner), message)
        for inner_key, spans in _days(settings):
            yield from _overlaps(key + inner_key, spans)


def check_zone(draft: Draft) -> Iterator[Remark]:
    """A warning where hours are meant in UTC only because nobody named a zone."""
    service = draft.single.get("service")
    if not isinstance(service, ServiceSettings) or "timezone" in service.model_fields_set:
        return
    relying = [name for name, each in draft.calendars.items() if each.timezone == service.timezone]
    if relying:
        yield warning(
            ("service", "timezone"),
            f'is not set, so the hours of {", ".join(relying)} are UTC; name one such as "Europe/Madrid"',
        )


def _parts(key: str) -> Key:
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


def _days(settings: CalendarSettings) -> Iterator[tuple[Key, Sequence[str]]]:
    for days, spans in settings.hours.items():
        yield ("hours", days), spans
    for number, season in enumerate(settings.seasons):
        for days, spans in season.hours.items():
            yield ("seasons", number, "hours", days), spans
    for day, spans in settings.special.items():
        yield ("special", day.isoformat()), spans


def _overlaps(key: Key, spans: Sequence[str]) -> Iterator[Remark]:
    try:
        windows = sorted((parse_window(span), span) for span in spans)
    except ValueError:
        return
    for (earlier, first), (later, second) in pairwise(windows):
        if later.start < earlier.end:
            yield Remark(key, f'"{first}" and "{second}" overlap')
