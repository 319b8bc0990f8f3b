"""The whole page: one HTML file that needs no other, holds no script, and loads nothing. Knows no store and no clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from babel.dates import format_date

from reports.figures import Figure, Report
from reports.page.levels import levels
from reports.page.made import made
from reports.page.markup import Html, element, joined, trusted
from reports.page.plots.backlog import backlog
from reports.page.plots.distribution import distribution
from reports.page.plots.heat import heat
from reports.page.plots.trend import trend
from reports.page.sections import figures, group_name
from reports.page.style import STYLE, content_policy
from reports.page.summary import overall, summary
from reports.page.words import GROUPED, say
from reports.page.worst import worst
from router.house import House
from ventanilla.store.seals import Seal

_LOCALES = {"es": "es", "en": "en_GB"}
_MONTHS = {"es": "MMMM 'de' y", "en": "MMMM y"}
_DAYS = {"es": "d 'de' MMMM", "en": "d MMMM"}
_DRAWN = ("first_response", "next_response")


def render_page(
    report: Report,
    house: House,
    language: Literal["es", "en"],
    *,
    now: datetime,
    splits: Sequence[Report] = (),
    seal: Seal | None = None,
) -> str:
    """The report as a page. `splits` are the same period grouped by something, shown below it; `now` (aware) is when it was
    written; `seal` the head of the log's chain, if it is known."""
    body = joined(
        element("a", say(language, "skip"), href="#figures", class_="skip"),
        _header(report, house, language, now),
        element("main", _parts(report, language, splits), id="figures"),
        made(house, language, seal=seal),
    )
    page = element("html", _head(report, house, language), element("body", body), lang=language)
    return f"<!DOCTYPE html>\n{page}\n"


def render_content(report: Report, language: str, *, splits: Sequence[Report] = ()) -> str:
    """What stands between the page's header and its foot, for a page with a frame and a style of its own: it knows the classes of
    reports/page/style.py."""
    return joined(*_parts(report, language, splits))


def period(report: Report, language: str) -> str:
    """The report's days in words."""
    if report.start.day == 1 and report.end == _month_end(report.start):
        return format_date(report.start, _MONTHS[language], locale=_LOCALES[language])
    first, last = _day(report.start, language), _day(report.end, language)
    if first != last and report.start.year == report.end.year:
        first = format_date(report.start, _DAYS[language], locale=_LOCALES[language])
    return say(language, "one_day" if first == last else "period", first=first, last=last)


def sentence_case(text: str) -> str:
    """With a capital where a line begins."""
    return text[:1].upper() + text[1:]


def _head(report: Report, house: House, language: str) -> Html:
    title = f"{say(language, 'title')}, {period(report, language)} · {house.config.service.name}"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=content_policy()),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="robots", content="noindex"),
        element("meta", name="generator", content="Ventanilla"),
        element("title", title),
        element("style", trusted(STYLE)),
    )


def _header(report: Report, house: House, language: str, now: datetime) -> Html:
    local = now.astimezone(house.zone())
    written = say(
        language,
        "written",
        day=_day(local.date(), language),
        time=f"{local:%H:%M}",
        zone=house.config.service.timezone,
    )
    counted = say(language, "grouped_end" if report.by_end else "grouped_start")
    return element(
        "header",
        element("p", house.config.service.name, class_="house"),
        element("h1", say(language, "title")),
        element("p", sentence_case(period(report, language)), class_="period"),
        element("p", f"{written}. {counted}.", class_="soft"),
        element("p", only(report, language)) if report.only else "",
    )


def only(report: Report, language: str) -> str:
    """What the report was narrowed to: it must not be taken for the whole house."""
    told = [
        f"{GROUPED[language].get(name, name).lower()} {group_name(value, name, language)}"
        for name, value in report.only
    ]
    return say(language, "only", what=", ".join(told))


def _parts(report: Report, language: str, splits: Sequence[Report]) -> list[Html]:
    parts = [
        element("section", element("h2", say(language, "summary")), summary(report, language)),
        levels(report.figures, language),
        figures(report, language, name="all"),
        _plots(report, language),
        worst(report, language),
        *(figures(split, language, name=f"by-{place}-{split.by}") for place, split in enumerate(splits, start=1)),
    ]
    return [part for part in parts if part is not None]


def _plots(report: Report, language: str) -> Html:
    drawn = [
        *(_distribution(report, metric, language) for metric in _present(report.distribution)),
        *(
            trend(
                metric, [(day, p50, p90, count) for day, of, p50, p90, count in report.trend if of == metric], language
            )
            for metric in _present([point[1:] for point in report.trend])
        ),
        heat(report.arrivals, language),
        backlog(report.backlog, language),
    ]
    return element("section", element("h2", say(language, "plots")), element("div", drawn, class_="plots"))


def _distribution(report: Report, metric: str, language: str) -> Html:
    buckets = [(upper, count) for of, upper, count in report.distribution if of == metric]
    level = next((one.levels[0] for one in _whole(report) if one.metric == metric and len(one.levels) == 1), None)
    return distribution(
        metric,
        buckets,
        language,
        target=level.within if level else None,
        within=level.within_target if level else None,
    )


def _whole(report: Report) -> list[Figure]:
    return overall(report.figures)


def _present(rows: Sequence[tuple[object, ...]]) -> list[str]:
    """The metrics that are drawn; of the first response always, be there any or none."""
    there = {str(row[0]) for row in rows}
    return [metric for metric in _DRAWN if metric in there or metric == "first_response"]


def _month_end(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _day(day: date, language: str) -> str:
    return format_date(day, "long", locale=_LOCALES[language])
