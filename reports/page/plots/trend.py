"""How it went day by day: half within (a line with dots) and nine of ten within (dashed, with squares). Knows no store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date

from reports.page.markup import Html, element
from reports.page.plots.frame import WIDTH, figure, line, nothing, number, rect, room_for, text
from reports.page.tables import Column, length
from reports.page.words import metric_name, say
from reports.spans import span, whole

Point = tuple[str, float | None, float | None, int]
"""A day, its p50 and p90 in seconds (None: nothing counted), how many."""

_TOP, _BOTTOM, _HEIGHT = 26.0, 26.0, 200.0
_STEPS = (1, 5, 15, 60, 300, 900, 3600, 14_400, 43_200, 86_400, 259_200, 604_800, 2_592_000, 7_776_000, 31_536_000)
_LEVEL = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    14_400,
    21_600,
    43_200,
    86_400,
    172_800,
    604_800,
)
_WIDE_RANGE = 20
_MARKED = 62
"""Beyond so many days the marks would be a smear, and the lines stand alone."""


def trend(metric: str, points: Sequence[Point], language: str) -> Html:
    """The points of one metric, in the order of their days."""
    name = f"trend-{metric}"
    heading = say(language, "trend", metric=metric_name(metric, language))
    full = [point for point in points if point[1] is not None]
    if not full:
        return nothing(name=name, heading=heading, what=say(language, "trend_empty"), language=language)
    scale = _Scale(full)
    columns = (
        Column(title=say(language, "day")),
        Column(title=say(language, "count"), number=True),
        Column(title="p50", number=True),
        Column(title="p90", number=True),
    )
    rows = [
        (point[0], element("data", whole(point[3], language), value=point[3]), *_lengths(point, language))
        for point in points
    ]
    return figure(
        name=name,
        heading=heading,
        description=_description(full, language),
        language=language,
        height=_HEIGHT,
        shapes=_shapes(points, scale, language),
        columns=columns,
        rows=rows,
        note=say(language, "log_scale") if scale.is_log else "",
    )


def _lengths(point: Point, language: str) -> tuple[Html, Html]:
    return length(point[1], language), length(point[2], language)


def _description(full: Sequence[Point], language: str) -> str:
    halves = [point[1] or 0.0 for point in full]
    low, high = span(min(halves), language), span(max(halves), language)
    if len(full) == 1:
        return say(language, "trend_one", low=low)
    worst = span(max(point[2] or 0.0 for point in full), language)
    return say(language, "trend_desc", low=low, high=high, days=whole(len(full), language), p90=worst)


class _Scale:
    """Seconds to a height: plain where the days are alike, by multiples where they differ a lot."""

    def __init__(self, full: Sequence[Point]) -> None:
        values = [value for point in full for value in (point[1], point[2]) if value is not None]
        self.low: float
        self.high: float
        self.ticks: list[float]
        most, least = max([*values, 1.0]), min([value for value in values if value > 0], default=1.0)
        self.is_log = most / max(least, 1.0) > _WIDE_RANGE
        if self.is_log:
            self.low = max((one for one in _STEPS if one <= max(least, 1.0)), default=1)
            self.high = max(min((one for one in _STEPS if one >= most), default=most), self.low * 2)
            self.ticks = [one for one in _STEPS if self.low <= one <= self.high]
        else:
            step = next((one for one in _LEVEL if most / one <= 5), math.ceil(most / 5 / 604_800) * 604_800)
            self.low, self.high = 0.0, step * max(math.ceil(most / step), 1)
            self.ticks = [step * times for times in range(int(self.high / step) + 1)]

    def y(self, seconds: float) -> float:
        if self.is_log:
            part = math.log(max(seconds, self.low) / self.low) / math.log(self.high / self.low)
        else:
            part = seconds / self.high
        return _HEIGHT - _BOTTOM - part * (_HEIGHT - _BOTTOM - _TOP)


def _shapes(points: Sequence[Point], scale: _Scale, language: str) -> list[Html]:
    labels = [span(tick, language) if tick else "0" for tick in scale.ticks]
    start = room_for(labels)
    shapes = _legend(start, language)
    for tick, label in zip(scale.ticks, labels, strict=True):
        y = scale.y(tick)
        shapes.append(line(start, y, WIDTH - 8, y, class_="grid" if tick != scale.ticks[0] else "axis"))
        shapes.append(text(start - 5, y + 4, label, anchor="end"))
    width = WIDTH - 8 - start
    xs = [start + width * (place + 0.5) / len(points) for place in range(len(points))]
    shapes += _days(points, xs, language)
    marked = len(points) <= _MARKED
    for column, kind in ((2, "p90"), (1, "p50")):
        runs = _runs(points, xs, scale, column)
        shapes += [element("polyline", points=_written(run), class_=kind) for run in runs if len(run) > 1]
        shapes += [_mark(x, y, kind) for run in runs if marked or len(run) == 1 for x, y in run]
    return shapes


def _legend(start: float, language: str) -> list[Html]:
    half, most = say(language, "p50"), say(language, "p90")
    return [
        line(start, 9, start + 22, 9, class_="p50"),
        _mark(start + 11, 9, "p50"),
        text(start + 27, 13, half),
        line(start + 160, 9, start + 182, 9, class_="p90"),
        _mark(start + 171, 9, "p90"),
        text(start + 187, 13, most),
    ]


def _days(points: Sequence[Point], xs: Sequence[float], language: str) -> list[Html]:
    skip = max(1, math.ceil(len(points) / 6))
    floor = _HEIGHT - _BOTTOM
    return [
        text(xs[place], floor + 17, _short(points[place][0], language), anchor="middle")
        for place in range(0, len(points), skip)
        if xs[place] < WIDTH - 16
    ]


def _short(day: str, language: str) -> str:
    try:
        when = date.fromisoformat(day)
    except ValueError:
        return day
    return f"{when.day}/{when.month}" if language == "es" else f"{when.day} {when:%b}"


def _runs(points: Sequence[Point], xs: Sequence[float], scale: _Scale, column: int) -> list[list[tuple[float, float]]]:
    """Days in a row that have figures: a day without is a gap, not a nought."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point, x in zip(points, xs, strict=True):
        value = point[1] if column == 1 else point[2]
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, scale.y(value)))
    return [run for run in runs if run]


def _written(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{number(x)},{number(y)}" for x, y in run)


def _mark(x: float, y: float, kind: str) -> Html:
    if kind == "p50":
        return element("circle", cx=number(x), cy=number(y), r="3", class_="mark50")
    return rect(x - 3, y - 3, 6, 6, class_="mark90")
