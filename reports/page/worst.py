"""The ten worst cases, by their keys. Knows no store and nothing that customers wrote."""

from __future__ import annotations

from reports.figures import Report, Slow
from reports.page.markup import Html, element, joined
from reports.page.tables import Column, length, table
from reports.page.words import metric_name, say
from reports.spans import NONE

SHOWN = 10


def worst(report: Report, language: str) -> Html:
    """Their table, without a column for owners where the report names none."""
    heading = element("h2", say(language, "worst"))
    if not report.worst:
        return element("section", heading, element("p", say(language, "worst_none"), class_="none"))
    owners = any(one.owner for one in report.worst)
    titles = ["key", "metric", "channel", "team", *(["owner"] if owners else []), "since", "took", "missed_by", "state"]
    columns = [Column(title=say(language, title), number=title in ("took", "missed_by")) for title in titles]
    rows = [_row(one, language, owners=owners) for one in report.worst[:SHOWN]]
    made = table(say(language, "worst_caption"), columns, rows, name="worst")
    return element("section", heading, made, element("p", say(language, "made_ask"), class_="note"))


def _row(one: Slow, language: str, *, owners: bool) -> list[Html | str]:
    took = length(one.seconds, language, class_="elapsed")
    if one.business_seconds is not None:
        business = length(one.business_seconds, language, class_="business")
        took = element("span", took, element("span", business, " ", say(language, "business"), class_="under"))
    late = joined(NONE) if one.due_missed_by is None else length(one.due_missed_by, language)
    return [
        element("code", one.key),
        metric_name(one.metric, language),
        one.channel,
        one.team,
        *([one.owner or NONE] if owners else []),
        one.started_on,
        took,
        late,
        say(language, "open" if one.still_open else "closed"),
    ]
