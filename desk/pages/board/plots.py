"""The board's plots: today hour by hour, against what is promised, and the last days' share in time. Draws what it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from desk.pages.rendering import in_words
from reports.page.markup import Html, element
from reports.page.plots.frame import WIDTH, figure, line, nothing, number, rect, room_for, text
from reports.page.tables import Column, length
from reports.spans import NONE, share, span, whole
from reports.today import Day, Hour

Say = Callable[..., str]
_TOP, _BOTTOM, _HEIGHT = 26.0, 26.0, 200.0
_FLOOR = _HEIGHT - _BOTTOM
_LEVELS = (1, 2, 4, 5, 10, 20, 40, 50, 100, 200, 400, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000)


def hours_plot(hours: Sequence[Hour], say: Say, language: str) -> Html:
    """Messages in and answers out of each hour so far, as bars side by side."""
    name, heading = "board-hours", say("board.plot_hours")
    if not any(one.messages or one.answers for one in hours):
        return nothing(name=name, heading=heading, what=say("board.plot_hours_empty"), language=language)
    came, went = sum(one.messages for one in hours), sum(one.answers for one in hours)
    busiest = max(hours, key=lambda one: one.messages)
    description = say(
        "board.plot_hours_desc", came=whole(came, language), went=whole(went, language), hour=busiest.hour
    )
    columns = [Column(title=say(f"board.{key}"), number=key != "hour") for key in ("hour", "in", "out", "p50_short")]
    rows = [
        (
            f"{one.hour}:00",
            element("data", whole(one.messages, language), value=one.messages),
            element("data", whole(one.answers, language), value=one.answers),
            length(one.p50, language),
        )
        for one in hours
    ]
    shapes = _hour_shapes(_from_first(hours), say, language)
    return _plot(name, heading, description, language, shapes, columns, rows)


def medians_plot(hours: Sequence[Hour], within: float | None, say: Say, language: str) -> Html:
    """The median first response of what came in each hour, against the promise."""
    name, heading = "board-medians", say("board.plot_medians")
    known = [one for one in hours if one.p50 is not None]
    if not known:
        return nothing(name=name, heading=heading, what=say("board.plot_medians_empty"), language=language)
    worst = max(known, key=lambda one: one.p50 or 0)
    description = say("board.plot_medians_desc", hour=worst.hour, length=span(worst.p50, language))
    if within is not None:
        description += " " + say("board.plot_promised", length=span(within, language))
    columns = [Column(title=say("board.hour")), Column(title=say("board.p50_short"), number=True)]
    rows = [(f"{one.hour}:00", length(one.p50, language)) for one in known]
    shapes = _median_shapes(_from_first(hours), within, say)
    return _plot(name, heading, description, language, shapes, columns, rows)


def days_plot(days: Sequence[Day], say: Say, language: str) -> Html:
    """Each day's percentage of first responses in time."""
    name, heading = "board-days", say("board.plot_days")
    known = [one for one in days if one.share is not None]
    if not known:
        return nothing(name=name, heading=heading, what=say("board.plot_days_empty"), language=language)
    worst = min(known, key=lambda one: one.share or 0)
    description = say("board.plot_days_desc", day=_day(worst.day), share=share(worst.share, language))
    columns = [Column(title=say(f"board.{key}"), number=key != "day") for key in ("day", "in_time", "promised")]
    rows = [
        (
            one.day.isoformat(),
            share(one.share, language) if one.share is not None else NONE,
            whole(one.promised, language),
        )
        for one in days
    ]
    return _plot(name, heading, description, language, _day_shapes(days, language), columns, rows)


def _plot(
    name: str,
    heading: str,
    description: str,
    language: str,
    shapes: Sequence[Html],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Html | str]],
) -> Html:
    return figure(
        name=name,
        heading=heading,
        description=description,
        language=language,
        height=_HEIGHT,
        shapes=shapes,
        columns=columns,
        rows=rows,
    )


def _from_first(hours: Sequence[Hour]) -> list[Hour]:
    """Without the quiet hours of the night in front, but never fewer than eight."""
    first = next(place for place, one in enumerate(hours) if one.messages or one.answers)
    return list(hours[max(0, min(first, len(hours) - 8)) :])


def _hour_shapes(hours: Sequence[Hour], say: Say, language: str) -> list[Html]:
    most = _level(max(max(one.messages, one.answers) for one in hours))
    start = room_for([whole(most, language)])
    shapes = [*_legend(start, ((say("board.in"), "came"), (say("board.out"), "went"))), *_grid(start, most, language)]
    step = (WIDTH - start - 4) / len(hours)
    scale = (_FLOOR - _TOP) / most
    for place, one in enumerate(hours):
        left = start + place * step
        told = element("title", f"{one.hour}:00: {one.messages} / {one.answers}")
        shapes.append(
            rect(left + 1, _FLOOR - one.messages * scale, step / 2 - 1.5, one.messages * scale, told, class_="came")
        )
        shapes.append(
            rect(left + step / 2, _FLOOR - one.answers * scale, step / 2 - 1.5, one.answers * scale, class_="went")
        )
        if place % max(1, -(-len(hours) // 12)) == 0:
            shapes.append(text(left + step / 2, _FLOOR + 17, f"{one.hour}h", anchor="middle"))
    return shapes


def _median_shapes(hours: Sequence[Hour], within: float | None, say: Say) -> list[Html]:
    most = max([one.p50 or 0 for one in hours] + [within or 0, 60]) * 1.1
    start = room_for([in_words(most), in_words(within or 0)])
    step = (WIDTH - start - 4) / len(hours)

    def height(seconds: float) -> float:
        return _FLOOR - (_FLOOR - _TOP) * seconds / most

    shapes = [line(start, _FLOOR, WIDTH - 4, _FLOOR, class_="axis"), text(start - 5, _FLOOR, "0", anchor="end")]
    if within is not None:
        y = height(within)
        shapes += [
            line(start, y, WIDTH - 4, y, class_="target"),
            text(start - 5, y + 4, in_words(within), anchor="end"),
        ]
        shapes.append(text(WIDTH - 6, y - 5, say("board.promised_line"), anchor="end", class_="strong"))
    for place, one in enumerate(hours):
        x = start + (place + 0.5) * step
        if one.p50 is not None:
            late = within is not None and one.p50 > within
            told = element("title", f"{one.hour}:00: {in_words(one.p50)}")
            y = height(one.p50)
            shapes.append(line(x, _FLOOR, x, y, class_="stem late" if late else "stem"))
            shapes.append(
                element("circle", told, cx=number(x), cy=number(y), r="5", class_="dot late" if late else "dot")
            )
        if place % max(1, -(-len(hours) // 12)) == 0:
            shapes.append(text(x, _FLOOR + 17, f"{one.hour}h", anchor="middle"))
    return shapes


def _day_shapes(days: Sequence[Day], language: str) -> list[Html]:
    start = room_for(["100 %"])
    shapes = []
    for percent in (0, 50, 100):
        y = _FLOOR - (_FLOOR - _TOP) * percent / 100
        shapes.append(line(start, y, WIDTH - 4, y, class_="grid" if percent else "axis"))
        shapes.append(text(start - 5, y + 4, share(percent, language), anchor="end"))
    step = (WIDTH - start - 4) / len(days)
    for place, one in enumerate(days):
        left = start + place * step
        if one.share is not None:
            told = element("title", f"{one.day.isoformat()}: {share(one.share, language)}")
            tall = max(1.5, (_FLOOR - _TOP) * one.share / 100)
            shapes.append(
                rect(left + 2, _FLOOR - tall, step - 4, tall, told, class_="went" if place == len(days) - 1 else "came")
            )
        if place % 2 == 1:
            shapes.append(text(left + step / 2, _FLOOR + 17, str(one.day.day), anchor="middle"))
    return shapes


def _legend(start: float, names: Sequence[tuple[str, str]]) -> list[Html]:
    shapes = []
    for words, kind in names:
        shapes += [rect(start, 4, 12, 12, class_=kind), text(start + 17, 14, words)]
        start += 17 + room_for([words])
    return shapes


def _grid(start: float, most: int, language: str) -> list[Html]:
    return [
        line(start, _FLOOR, WIDTH - 4, _FLOOR, class_="axis"),
        line(start, _TOP, WIDTH - 4, _TOP, class_="grid"),
        text(start - 5, _TOP + 4, whole(most, language), anchor="end"),
        text(start - 5, _FLOOR, "0", anchor="end"),
    ]


def _level(most: int) -> int:
    """A round number that is not below."""
    return next((one for one in _LEVELS if one >= most), most)


def _day(day: date) -> str:
    return day.isoformat()
