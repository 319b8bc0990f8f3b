"""A report as rows of a terminal's table and lines beside it, in English. Knows no terminal and no store."""

from __future__ import annotations

from collections.abc import Iterator

from reports.figures import Figure, Level, Report, Spread
from reports.spans import NONE, share, span, whole

LANGUAGE = "en"
TITLES = ("metric", "count", "p50", "p90", "p95", "max", "in time", "open", "oldest open", "before")
RIGHT = TITLES[1:]
SLOW_TITLES = ("case", "waited", "in opening hours", "late by", "now", "channel", "team", "owner", "began", "for")
SLOW_RIGHT = SLOW_TITLES[1:4]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_OPENING_HOURS = "· in opening hours"
_NET = "· less waiting on the customer"


def title(report: Report) -> str:
    """What it is about: days, groups, what it is narrowed to."""
    by = f", by {report.by}" if report.by else ""
    only = "".join(f", {name} {value}" for name, value in report.only)
    counted = "what ended" if report.by_end else "what began"
    return f"{counted} from {report.start} to {report.end} ({report.zone}){by}{only}"


def groups(report: Report) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Each group's name ("" where there is but one) with its rows under TITLES."""
    earlier = {(figure.group, figure.metric): figure for figure in report.before}
    for group in dict.fromkeys(figure.group for figure in report.figures):
        rows = [
            row
            for figure in report.figures
            if figure.group == group
            for row in _rows(figure, earlier.get((group, figure.metric)))
        ]
        yield _group_name(group, report), rows


def beside(report: Report) -> Iterator[str]:
    """What else there is to say of the figures: how clocks ended otherwise, and each committed level with the one reached."""
    for figure in report.figures:
        where = ": ".join(part for part in (_group_name(figure.group, report), _metric(figure)) if part)
        for level in figure.levels:
            yield f"{where}: {_level(level)}"
        if figure.share is not None:
            days = f"{whole(figure.count, LANGUAGE)} of {whole(figure.out_of or 0, LANGUAGE)} resolutions"
            yield f"{where}: {share(figure.share, LANGUAGE)} ({days})"
        if figure.otherwise:
            ended = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in figure.otherwise.items())
            yield f"{where}: ended otherwise: {ended}"


def slow_rows(report: Report) -> list[tuple[str, ...]]:
    """The slowest cases under SLOW_TITLES."""
    return [
        (
            each.key,
            _span(each.seconds),
            _span(each.business_seconds),
            _span(each.due_missed_by),
            "waits" if each.still_open else "over",
            each.channel,
            each.team,
            each.owner or NONE,
            each.started_on,
            each.metric.replace("_", " "),
        )
        for each in report.worst
    ]


def _rows(figure: Figure, before: Figure | None) -> Iterator[tuple[str, ...]]:
    yield (
        _metric(figure),
        whole(figure.count, LANGUAGE),
        *_parts(figure.elapsed),
        share(figure.within_target, LANGUAGE),
        whole(figure.still_open, LANGUAGE) + (f" ({figure.overdue:,} late)" if figure.overdue else ""),
        _span(figure.open_ages.max),
        _before(before),
    )
    if figure.business.p50 is not None:
        yield (_OPENING_HOURS, "", *_parts(figure.business), "", "", "", _span(before.business.p50 if before else None))
    if figure.net.p50 is not None:
        yield (_NET, "", *_parts(figure.net), "", "", "", _span(before.net.p50 if before else None))


def _before(before: Figure | None) -> str:
    if before is None or before.elapsed.p50 is None:
        return NONE
    return _span(before.elapsed.p50)


def _parts(spread: Spread) -> tuple[str, str, str, str]:
    return _span(spread.p50), _span(spread.p90), _span(spread.p95), _span(spread.max)


def _level(level: Level) -> str:
    promised = f"{level.promise} promises {level.target}% within {_span(level.within)}"
    reached = f"{share(level.within_target, LANGUAGE)} of {whole(level.count, LANGUAGE)} were"
    if level.normal is None:
        return f"{promised}: {reached}; fewer than {level.target}% were answered at all"
    return f"{promised}: {reached}; {level.target}% really took up to {_span(level.normal)}"


def _metric(figure: Figure) -> str:
    return figure.metric.replace("_", " ")


def _group_name(group: str, report: Report) -> str:
    if not report.by:
        return ""
    if report.by == "weekday" and group.isdigit():
        return WEEKDAYS[int(group)]
    if report.by == "hour" and group.isdigit():
        return f"{int(group):02}:00"
    return group or "none"


def _span(seconds: float | None) -> str:
    return span(seconds, LANGUAGE)
