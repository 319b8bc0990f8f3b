"""Every figure in tables: of one group a row for each metric, of several a table for each metric with a row for each group."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import Figure, Report, Spread
from reports.page.markup import Html, element, joined
from reports.page.tables import Column, length, table
from reports.page.words import ENDINGS, GROUPED, KINDS, WEEKDAYS, metric_name, say
from reports.spans import NONE, share, span, whole

_WITHOUT_OPEN = ("ingest_lag", "waiting_now", "backlog")
"""A machine's lag leaves nothing open; the gauges are what is open."""
_NUMBERS = ("count", "p50", "p90", "p95", "max", "within")
_REST = ("still_open", "other_ends", "before_p50")


def figures(report: Report, language: str, *, name: str) -> Html | None:
    """A section of the page; None where there is no figure. `name` begins the ids of its tables."""
    if not report.figures:
        return None
    before = {(one.group, one.metric): one for one in report.before}
    if not report.by:
        heading = say(language, "figures")
        made = [_table(report.figures, before, language, name=name, by="")]
    else:
        heading = say(language, "figures_by", by=_grouped(report.by, language).lower())
        made = [
            part for metric in _metrics(report.figures) for part in _by_group(report, metric, before, language, name)
        ]
    return element("section", element("h2", heading), made)


def _by_group(
    report: Report, metric: str, before: dict[tuple[str, str], Figure], language: str, name: str
) -> tuple[Html, Html]:
    mine = [one for one in report.figures if one.metric == metric]
    heading = element("h3", metric_name(metric, language))
    return heading, _table(mine, before, language, name=f"{name}-{_plain(metric)}", by=report.by)


def _table(rows: Sequence[Figure], before: dict[tuple[str, str], Figure], language: str, *, name: str, by: str) -> Html:
    title = _grouped(by, language) if by else say(language, "metric")
    columns = [
        Column(title=title),
        *(Column(title=say(language, code), number=True) for code in _NUMBERS),
        *(Column(title=say(language, code), number=code == "before_p50") for code in _REST),
    ]
    cells = [_row(one, before.get((one.group, one.metric)), language, by=by) for one in rows]
    if by:
        caption = say(language, "metric_caption", metric=metric_name(rows[0].metric, language), by=title.lower())
    else:
        caption = say(language, "figures_caption")
    return table(caption, columns, cells, name=name)


def _row(one: Figure, before: Figure | None, language: str, *, by: str) -> list[Html | str]:
    head = group_name(one.group, by, language) if by else metric_name(one.metric, language)
    return [
        head,
        element("data", whole(one.count, language), value=one.count),
        *(_times(one, of, language) for of in ("p50", "p90", "p95", "max")),
        _within(one, language),
        _open(one, language),
        _otherwise(one, language),
        length(before.elapsed.p50 if before else None, language),
    ]


def _times(one: Figure, of: str, language: str) -> Html:
    """Elapsed, and below it within open hours."""
    elapsed, business = getattr(one.elapsed, of), getattr(one.business, of)
    if elapsed is None:
        return joined(NONE)
    if business is None:
        return length(elapsed, language, class_="elapsed")
    heard = element("span", " ", say(language, "business"), class_="heard")
    under = element("span", length(business, language, class_="business"), heard, class_="under")
    return element("span", length(elapsed, language, class_="elapsed"), under, _net(one, of, language))


def _net(one: Figure, of: str, language: str) -> Html | None:
    """The same without the time that the customer took, where that is kept; told once a row."""
    net = getattr(one.net, of)
    if net is None or of != "p50" or net == one.elapsed.p50:
        return None
    return element("span", say(language, "net", p50=span(net, language)), class_="under wide")


def _within(one: Figure, language: str) -> Html:
    if one.within_target is None:
        return joined(NONE)
    under = element("span", say(language, "of_promised", promised=whole(one.promised, language)), class_="under")
    return element("span", element("data", share(one.within_target, language), value=one.within_target), under)


def _open(one: Figure, language: str) -> Html:
    if one.metric in _WITHOUT_OPEN:
        return joined(say(language, "overdue", count=whole(one.overdue, language)) if one.overdue else NONE)
    number = element("data", whole(one.still_open, language), value=one.still_open)
    if not one.still_open:
        return element("span", number)
    overdue = say(language, "overdue", count=whole(one.overdue, language)) if one.overdue else None
    lines = [element("span", told, class_="under") for told in (overdue, _ages(one.open_ages, one, language)) if told]
    return element("span", number, lines)


def _ages(ages: Spread, one: Figure, language: str) -> str | None:
    if ages.max is None:
        return None
    most = span(ages.max, language)
    if one.still_open == 1 or ages.p50 is None:
        return say(language, "age_one", max=most)
    return say(language, "ages", p50=span(ages.p50, language), max=most)


def _otherwise(one: Figure, language: str) -> Html:
    if one.share is not None and one.out_of:
        of = whole(one.out_of, language)
        return joined(say(language, "reopened_of", share=share(one.share, language), out_of=of))
    if not one.otherwise:
        return joined(NONE)
    told = [
        say(language, "otherwise", count=whole(count, language), how=ENDINGS[language].get(how, how.replace("_", " ")))
        for how, count in one.otherwise.items()
    ]
    return joined(", ".join(told))


def group_name(group: str, by: str, language: str) -> str:
    """A group as the page calls it."""
    if not group:
        return say(language, "everything")
    if by == "kind":
        return KINDS[language].get(group, group)
    if by == "weekday" and group.isdigit():
        return WEEKDAYS[language][int(group) % 7]
    return f"{group}:00" if by == "hour" and group.isdigit() else group


def _grouped(by: str, language: str) -> str:
    return GROUPED[language].get(by) or GROUPED[language][""]


def _metrics(figures: Sequence[Figure]) -> list[str]:
    return list(dict.fromkeys(one.metric for one in figures))


def _plain(metric: str) -> str:
    """A metric as part of an id."""
    return "".join(letter if letter.isalnum() else "-" for letter in metric)
