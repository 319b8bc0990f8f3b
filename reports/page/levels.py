"""What was promised beside what was reached, promise by promise. Knows no store."""

from __future__ import annotations

from collections.abc import Sequence

from reports.figures import Figure, Level
from reports.page.markup import Html, element, joined
from reports.page.tables import Column, length, table
from reports.page.words import metric_name, say
from reports.spans import NONE, share, whole


def levels(figures: Sequence[Figure], language: str) -> Html | None:
    """The committed and the normal level of the whole; None where nothing was promised."""
    groups = list(dict.fromkeys(one.group for one in figures))
    mine = "" if "" in groups or not groups else groups[0]
    if len(groups) > 1 and mine:
        return None
    found = [(one.metric, level) for one in figures if one.group == mine for level in one.levels]
    if not found:
        return None
    titles = ("promise", "metric", "committed", "reached", "normal", "verdict")
    columns = [Column(title=say(language, title)) for title in titles]
    rows = [_row(metric, level, language) for metric, level in found]
    made = table(say(language, "levels_caption"), columns, rows, name="levels")
    return element("section", element("h2", say(language, "levels")), made)


def _row(metric: str, level: Level, language: str) -> list[Html | str]:
    within = length(level.within, language)
    return [
        level.promise,
        metric_name(metric, language),
        _share_within(share(level.target, language), within, language),
        _reached(level, within, language),
        _normal(level, language),
        _verdict(level, language),
    ]


def _share_within(percent: str, within: Html, language: str) -> Html:
    before, after = say(language, "share_within", share=percent, within="\0").split("\0")
    return element("span", before, within, after)


def _reached(level: Level, within: Html, language: str) -> Html:
    if level.within_target is None:
        return joined(say(language, "nothing"))
    told = _share_within(share(level.within_target, language), within, language)
    return element(
        "span", told, element("span", say(language, "of_count", count=whole(level.count, language)), class_="under")
    )


def _normal(level: Level, language: str) -> Html:
    if level.normal is None and level.count:
        return joined(say(language, "never", share=share(level.target, language)))
    if level.normal is None:
        return joined(NONE)
    return _share_within(share(level.target, language), length(level.normal, language), language)


def _verdict(level: Level, language: str) -> Html:
    if level.within_target is None:
        return joined(say(language, "nothing"))
    kept = level.within_target >= level.target
    return element("strong", say(language, "kept" if kept else "missed"), class_="better" if kept else "worse")
