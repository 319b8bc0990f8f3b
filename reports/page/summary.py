"""The first thing that a manager reads: a card for each response, how many in time, how many still open, and the period before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.figures import Figure, Report
from reports.page.compare import are_few, share_before, time_before
from reports.page.markup import Html, element
from reports.page.tables import length
from reports.page.words import GROUPED, metric_name, say
from reports.spans import share, span, whole

_SUMMED_UP = ("first_response", "next_response", "first_resolution", "waiting_now")
_GAUGE = "waiting_now"


def summary(report: Report, language: str) -> Html:
    """Cards of the whole house, or word that there is nothing."""
    whole_house = overall(report.figures)
    if not any(one.count or one.still_open or one.otherwise for one in report.figures):
        return element("p", say(language, "empty"), class_="none")
    before = {one.metric: one for one in overall(report.before)}
    cards = [element("li", list(_card(one, before.get(one.metric), language)), class_="key") for one in whole_house]
    if not cards:
        by = (GROUPED[language].get(report.by) or GROUPED[language][""]).lower()
        return element("p", say(language, "split", by=by))
    return element("ul", cards, class_="cards-row")


def overall(figures: Sequence[Figure]) -> list[Figure]:
    """The figures of the whole house that are summed up; of a report of one group, that group's."""
    groups = list(dict.fromkeys(one.group for one in figures))
    mine = "" if "" in groups else groups[0] if len(groups) == 1 else None
    found = {one.metric: one for one in figures if one.group == mine}
    return [found[metric] for metric in _SUMMED_UP if metric in found]


def _card(one: Figure, before: Figure | None, language: str) -> Iterator[Html]:
    yield element("h3", metric_name(one.metric, language))
    big = element("data", whole(one.count, language), value=one.count) if one.metric == _GAUGE else None
    yield element("p", big or length(one.elapsed.p50, language), class_="big")
    yield from sentences(one, before, language)


def sentences(one: Figure, before: Figure | None, language: str) -> Iterator[Html]:
    """What there is to say of a figure, a paragraph each."""
    if one.metric == _GAUGE:
        yield element("p", _gauge(one, language))
        return
    if one.elapsed.p50 is None:
        yield element("p", say(language, "nothing_ended"))
    else:
        yield element("p", _spread(one, language))
        yield element("p", _business(one, language), class_="soft")
    if before is not None and (before.count or one.count):
        yield element("p", time_before(one.elapsed.p50, before.elapsed.p50, language))
    yield from _in_time(one, before, language)
    yield element("p", _open(one, language))
    if are_few(one, before):
        yield element("p", say(language, "few"), class_="soft")


def _gauge(one: Figure, language: str) -> str:
    """What holds now, whatever the period: it has no period before."""
    if not one.count:
        return say(language, "gauge_none")
    oldest = span(one.elapsed.max, language)
    if one.count == 1:
        told = say(language, "gauge_one", max=oldest)
    else:
        told = say(language, "gauge", count=whole(one.count, language), p50=span(one.elapsed.p50, language), max=oldest)
    overdue = say(language, "overdue", count=whole(one.overdue, language)) if one.overdue else ""
    return "; ".join(part for part in (told, overdue) if part)


def _spread(one: Figure, language: str) -> str:
    half = span(one.elapsed.p50, language)
    if one.count == 1:
        return f"{say(language, 'one_counted')}: {say(language, 'only_one', p50=half)}"
    told = say(language, "half_within", p50=half, p90=span(one.elapsed.p90, language))
    return f"{say(language, 'counted', count=whole(one.count, language))}: {told}"


def _business(one: Figure, language: str) -> str | None:
    if one.business.p50 is None:
        return None
    half, most = span(one.business.p50, language), span(one.business.p90, language)
    return (
        say(language, "in_business_one", p50=half)
        if one.count == 1
        else say(language, "in_business", p50=half, p90=most)
    )


def _in_time(one: Figure, before: Figure | None, language: str) -> Iterator[Html]:
    if one.within_target is None:
        return
    told = say(
        language,
        "in_time_of",
        share=share(one.within_target, language),
        promised=whole(one.promised, language),
    )
    yield element("p", element("strong", told))
    if before is not None and before.within_target is not None:
        yield element("p", share_before(one.within_target, before.within_target, language))


def _open(one: Figure, language: str) -> str:
    if not one.still_open:
        return say(language, "open_none")
    return say(
        language,
        "open_line",
        count=whole(one.still_open, language),
        overdue=whole(one.overdue, language),
        oldest=span(one.open_ages.max, language),
    )
