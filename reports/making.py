"""Makes what a sent report consists of: the figures, the letter, the page and the sheet. Reads the store; sends nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from config.reports import ReportSettings
from reports.asking import make_report
from reports.figures import Report
from reports.letter import body, subject
from reports.page import render_page
from reports.recipients import may_see_people
from reports.schedule import Occasion
from reports.wanted import By, Wanted
from router.house import House
from router.texts import spoken_language
from router.timekeeping.keeper import catch_up
from ventanilla.store.engine import Store
from ventanilla.store.seals import head

_STEP = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What is attached."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A report ready to go. `summary` is the text for whoever gets no files."""

    subject: str
    text: str
    summary: str
    files: tuple[File, ...]


def make(store: Store, house: House, settings: ReportSettings, occasion: Occasion, *, now: datetime) -> Made:
    """The report of an occasion, as of `now`, once the books are up to date. Without owners' names unless all may see them."""
    while catch_up(store, house, now=now, limit=_STEP) >= _STEP:
        pass
    language = language_of(house, settings)
    whole, splits = _reports(store, house, settings, occasion, now=now)
    files = tuple(_file(store, house, settings, occasion, form, whole, splits, now=now) for form in settings.formats)
    return Made(
        subject=subject(whole, house, language),
        text=body(whole, house, language, files=tuple(one.filename for one in files)),
        summary=body(whole, house, language),
        files=files,
    )


def language_of(house: House, settings: ReportSettings) -> Literal["es", "en"]:
    """The report's own language, else the house's; Spanish where that is spoken beside Catalan, Galician or Basque."""
    if settings.language is not None:
        return settings.language
    return "en" if spoken_language(house.config.service.language) == "en" else "es"


def _reports(
    store: Store, house: House, settings: ReportSettings, occasion: Occasion, *, now: datetime
) -> tuple[Report, list[Report]]:
    period = occasion.period
    wanted = Wanted(
        start=period.start, end=period.end, channel=settings.channel, team=settings.team, before=True, pictures=True
    )
    whole = make_report(store, house, wanted, now=now)
    if not may_see_people(house, settings):
        whole = replace(whole, worst=tuple(replace(one, owner="") for one in whole.worst))
    split = replace(wanted, pictures=False, worst=0)
    return whole, [make_report(store, house, replace(split, by=By(by)), now=now) for by in settings.by]


def _file(
    store: Store,
    house: House,
    settings: ReportSettings,
    occasion: Occasion,
    form: str,
    whole: Report,
    splits: list[Report],
    *,
    now: datetime,
) -> File:
    stem = f"{settings.name}-{occasion.name}"
    if form == "html":
        with store.read() as connection:
            seal = head(connection)
        page = render_page(whole, house, language_of(house, settings), now=now, splits=splits, seal=seal)
        return File(filename=f"{stem}.html", content_type="text/html", content=page.encode())
    from reports.sheet import render_sheet

    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    content = render_sheet([whole, *splits], house, language_of(house, settings), now=now)
    return File(filename=f"{stem}.xlsx", content_type=kind, content=content)
