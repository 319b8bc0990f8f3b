"""A figure beside the same one of the period before: what changed, in words as well as in colour. Knows no layout."""

from __future__ import annotations

from reports.figures import Figure
from reports.page.markup import Html, element, joined
from reports.page.words import say
from reports.spans import decimal, share, span

FEW = 10
"""Below so many a difference may well be chance, and the page says so."""
_ALIKE = 0.005


def time_before(now: float | None, before: float | None, language: str) -> Html:
    """Less time is better."""
    if now is None or before is None:
        return joined(say(language, "nothing_before"))
    told = say(language, "before_of", value=span(before, language))
    if abs(now - before) < max(1.0, before * _ALIKE):
        return joined(told, " · ", say(language, "same"))
    much = span(abs(now - before), language)
    if before > 0:
        much = f"{much} ({share(_rounded(abs(now - before) / before * 100), language)})"
    code = "faster" if now < before else "slower"
    return joined(told, " · ", say(language, code, much=much), ": ", _verdict(now < before, language))


def share_before(now: float | None, before: float | None, language: str) -> Html:
    """More in time is better."""
    if now is None or before is None:
        return joined(say(language, "nothing_before"))
    told = say(language, "before_of", value=share(before, language))
    points = round(abs(now - before), 1)
    if not points:
        return joined(told, " · ", say(language, "same"))
    much = f"{decimal(points, language)} {say(language, 'point' if points == 1 else 'points')}"
    return joined(told, " · ", _moved(now > before, much, language), ": ", _verdict(now > before, language))


def are_few(now: Figure, before: Figure | None) -> bool:
    """Whether a comparison of these two says little."""
    return before is not None and min(now.count, before.count) < FEW


def _moved(up: bool, much: str, language: str) -> str:
    return say(language, "more" if up else "less", much=much)


def _verdict(is_better: bool, language: str) -> Html:
    code = "better" if is_better else "worse"
    return element("strong", say(language, code), class_=code)


def _rounded(percent: float) -> float:
    return float(round(percent)) if percent >= 1 else percent
