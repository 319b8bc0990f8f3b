"""How long something took: a bar for each range of time, the target as a line. Ranges are as the report made them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from reports.page.markup import Html, element
from reports.page.plots.frame import WIDTH, figure, line, nothing, rect, room_for, text
from reports.page.tables import Column, exact
from reports.page.words import metric_name, say
from reports.spans import bound, share, whole

_TOP, _BOTTOM, _HEIGHT = 26.0, 30.0, 200.0
_LABELS = 6
_WIDEST = 60.0


def distribution(
    metric: str,
    buckets: Sequence[tuple[float, int]],
    language: str,
    *,
    target: float | None = None,
    within: float | None = None,
) -> Html:
    """`buckets` are upper bounds in seconds, rising, with how many fell under each and above the one before. `target` is what was
    promised, in seconds; `within` the percentage that kept to it."""
    name = f"distribution-{metric}"
    first = metric == "first_response"
    heading = say(language, "distribution" if first else "distribution_other", metric=metric_name(metric, language))
    count = sum(number for _, number in buckets)
    if not count:
        return nothing(name=name, heading=heading, what=say(language, "distribution_empty"), language=language)
    shown = _trimmed(buckets, target)
    mode = max(shown, key=lambda one: one[1])[0]
    description = say(language, "distribution_desc", count=whole(count, language), mode=bound(mode, language))
    if target is not None and within is not None:
        told = say(language, "distribution_target", share=share(within, language), target=bound(target, language))
        description = f"{description} {told}"
    columns = (Column(title=say(language, "up_to"), number=True), Column(title=say(language, "count"), number=True))
    rows = [
        (_bound(upper, language), element("data", whole(number, language), value=number)) for upper, number in shown
    ]
    return figure(
        name=name,
        heading=heading,
        description=description,
        language=language,
        height=_HEIGHT,
        shapes=_shapes(shown, language, target),
        columns=columns,
        rows=rows,
    )


def _bound(upper: float, language: str) -> Html | str:
    shown = bound(upper, language)
    return shown if math.isinf(upper) else element("data", shown, value=exact(upper))


def _trimmed(buckets: Sequence[tuple[float, int]], target: float | None) -> Sequence[tuple[float, int]]:
    """Without the empty ranges at both ends, but one, and but those on the way to the target."""
    full = [place for place, (_, number) in enumerate(buckets) if number]
    if target is not None:
        full = sorted([*full, *[place for place, (upper, _) in enumerate(buckets) if target <= upper][:1]])
    return buckets[max(full[0] - 1, 0) : full[-1] + 2]


def _shapes(buckets: Sequence[tuple[float, int]], language: str, target: float | None) -> list[Html]:
    floor = _HEIGHT - _BOTTOM
    most = max(number for _, number in buckets)
    start = room_for([whole(most, language), "00"])
    step = min((WIDTH - start - 4) / len(buckets), _WIDEST)
    scale = (floor - _TOP) / most
    shapes = [
        line(start, floor, WIDTH - 4, floor, class_="axis"),
        text(start - 5, _TOP + 4, whole(most, language), anchor="end"),
        line(start, _TOP, WIDTH - 4, _TOP, class_="grid"),
        text(start - 5, floor, "0", anchor="end"),
    ]
    skip = max(1, math.ceil(len(buckets) / _LABELS))
    for place, (upper, number) in enumerate(buckets):
        left, height = start + place * step, number * scale
        told = element("title", f"≤ {bound(upper, language)}: {whole(number, language)}")
        shapes.append(rect(left + 1, floor - height, step - 2, height, told, class_="bar"))
        if (len(buckets) - 1 - place) % skip == 0:
            shapes.append(line(left + step, floor, left + step, floor + 4, class_="axis"))
            words = bound(upper, language)
            shapes.append(text(left + step, floor + 17, words, anchor="end" if left + step > WIDTH - 16 else "middle"))
    if target is not None and target <= buckets[-1][0]:
        shapes += _target_line(buckets, language, target, lambda place: start + place * step, floor)
    return shapes


def _target_line(
    buckets: Sequence[tuple[float, int]], language: str, target: float, left_of: Callable[[float], float], floor: float
) -> list[Html]:
    """Where the target lies among ranges that grow: by its share of the range's own ratio."""
    bounds = [upper for upper, _ in buckets]
    place = next(number for number, upper in enumerate(bounds) if target <= upper)
    lower = bounds[place - 1] if place else bounds[0] / 2
    upper = bounds[place]
    part = 1.0
    if 0 < lower < upper and not math.isinf(upper):
        part = min(max(math.log(max(target, lower) / lower) / math.log(upper / lower), 0.0), 1.0)
    x = left_of(place + part)
    right = x > WIDTH * 0.6
    words = say(language, "target", target=bound(target, language))
    return [
        line(x, 8, x, floor, class_="target"),
        text(x - 5 if right else x + 5, 16, words, anchor="end" if right else "start", class_="strong"),
    ]
