"""What is still open, by how long it has been: a bar for each age. Knows no store."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.page.markup import Html, element
from reports.page.plots.frame import WIDTH, figure, line, nothing, rect, room_for, text
from reports.page.tables import Column
from reports.page.words import say
from reports.spans import whole

_LEFT, _ROW, _TOP = 76.0, 28.0, 6.0


def backlog(ages: Sequence[tuple[str, int]], language: str) -> Html:
    """Age groups, the youngest first, with how many cases of that age are open."""
    heading = say(language, "backlog")
    count = sum(number for _, number in ages)
    if not count:
        return nothing(name="backlog", heading=heading, what=say(language, "backlog_empty"), language=language)
    oldest, number = next(one for one in reversed(ages) if one[1])
    description = say(
        language,
        "backlog_desc",
        count=whole(count, language),
        oldest=_age(oldest),
        number=whole(number, language),
    )
    columns = (Column(title=say(language, "age")), Column(title=say(language, "cases"), number=True))
    return figure(
        name="backlog",
        heading=heading,
        description=description,
        language=language,
        height=_TOP * 2 + _ROW * len(ages),
        shapes=_shapes(ages, language),
        columns=columns,
        rows=[(_age(age), element("data", whole(cases, language), value=cases)) for age, cases in ages],
    )


def _shapes(ages: Sequence[tuple[str, int]], language: str) -> list[Html]:
    most = max(number for _, number in ages)
    room = WIDTH - _LEFT - room_for([whole(most, language)])
    shapes = [line(_LEFT, _TOP, _LEFT, _TOP + _ROW * len(ages), class_="axis")]
    for place, (age, number) in enumerate(ages):
        y = _TOP + place * _ROW
        width = room * number / most
        shapes += [
            text(_LEFT - 6, y + _ROW / 2 + 4, _age(age), anchor="end"),
            rect(_LEFT, y + 4, width, _ROW - 8, class_="bar"),
            text(_LEFT + width + 6, y + _ROW / 2 + 4, whole(number, language), class_="strong"),
        ]
    return shapes


def _age(age: str) -> str:
    """`0-1d` as people read it: `0–1 d`; `30d+` becomes `> 30 d`."""
    found = re.fullmatch(r"(\d+)\s*-\s*(\d+)\s*([a-z]+)", age)
    if found:
        return f"{found[1]}–{found[2]} {found[3]}"
    found = re.fullmatch(r"[>≥]?\s*(\d+)\s*([a-z]+)\s*\+?", age)
    return f"> {found[1]} {found[2]}" if found else age
