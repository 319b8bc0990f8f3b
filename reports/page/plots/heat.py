"""When messages arrive: weekday by hour, the fuller the busier. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable

from reports.page.markup import Html, element
from reports.page.plots.frame import WIDTH, figure, nothing, number, rect, text
from reports.page.tables import Column
from reports.page.words import WEEKDAYS, say
from reports.spans import whole

_LEFT, _TOP, _ROW = 40.0, 8.0, 20.0
_HOURS = range(24)


def heat(arrivals: Iterable[tuple[int, int, int]], language: str) -> Html:
    """Weekday (0 is Monday), hour and messages."""
    heading = say(language, "heat")
    counts: dict[tuple[int, int], int] = {}
    for weekday, hour, messages in arrivals:
        counts[weekday, hour] = counts.get((weekday, hour), 0) + messages
    if not any(counts.values()):
        return nothing(name="heat", heading=heading, what=say(language, "heat_empty"), language=language)
    (weekday, hour), most = max(counts.items(), key=lambda one: (one[1], -one[0][0], -one[0][1]))
    description = say(
        language,
        "heat_desc",
        count=whole(sum(counts.values()), language),
        weekday=WEEKDAYS[language][weekday],
        hour=_hour(hour),
        most=whole(most, language),
    )
    used = [hour for hour in _HOURS if any(counts.get((day, hour)) for day in range(7))]
    titles = [say(language, "day"), *(str(hour) for hour in used), say(language, "total")]
    rows = [_row(counts, used, day, language) for day in range(7)]
    return figure(
        name="heat",
        heading=heading,
        description=description,
        language=language,
        height=_TOP + 7 * _ROW + 22,
        shapes=_shapes(counts, most, language),
        columns=[Column(title=title, number=place > 0) for place, title in enumerate(titles)],
        rows=rows,
        note=say(language, "heat_key", most=whole(most, language)),
    )


def _hour(hour: int) -> str:
    return f"{hour}:00–{hour + 1}:00"


def _row(counts: dict[tuple[int, int], int], used: list[int], day: int, language: str) -> list[Html | str]:
    found = [counts.get((day, hour), 0) for hour in used]
    cells = [element("data", whole(one, language), value=one) for one in (*found, sum(found))]
    return [WEEKDAYS[language][day], *cells]


def _shapes(counts: dict[tuple[int, int], int], most: int, language: str) -> list[Html]:
    width = (WIDTH - _LEFT - 2) / 24
    shapes = []
    for day in range(7):
        y = _TOP + day * _ROW
        shapes.append(text(_LEFT - 6, y + 14, WEEKDAYS[language][day][:3], anchor="end"))
        for hour in _HOURS:
            messages = counts.get((day, hour), 0)
            told = f"{WEEKDAYS[language][day]}, {_hour(hour)}: {whole(messages, language)}"
            x = _LEFT + hour * width
            shapes.append(rect(x + 0.75, y + 0.75, width - 1.5, _ROW - 1.5, class_="cell"))
            if messages:
                fill = number(0.12 + 0.88 * messages / most)
                title = element("title", told)
                shapes.append(
                    rect(x + 0.75, y + 0.75, width - 1.5, _ROW - 1.5, title, class_="heat", fill_opacity=fill)
                )
    floor = _TOP + 7 * _ROW + 15
    shapes += [text(_LEFT + hour * width, floor, f"{hour}h", anchor="middle") for hour in range(0, 24, 4)]
    return shapes
