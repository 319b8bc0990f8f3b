"""How a length of time, a share and a count are written in a report, in Spanish and English. Knows no figures."""

from __future__ import annotations

import math

NONE = "–"
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def span(seconds: float | None, language: str) -> str:
    """A length of time as people read it: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`; a dash for none. Rounded to its smaller unit
    only here, never before."""
    if seconds is None or math.isnan(seconds):
        return NONE
    if seconds < 0:
        return f"−{span(-seconds, language)}"
    if seconds < _MINUTE - 0.5:
        return f"{_whole(round(seconds), language)} s"
    if seconds < _HOUR - 30:
        return _two(round(seconds), 1, _MINUTE, "s", "min", language) if seconds < 600 else f"{round(seconds / 60)} min"
    if seconds < _DAY - 30:
        return _two(round(seconds / _MINUTE), _MINUTE, _HOUR, "min", "h", language)
    return _two(round(seconds / _HOUR), _HOUR, _DAY, "h", "d", language)


def bound(seconds: float, language: str) -> str:
    """The same for the end of a range: `30 s`, `5 min`, `1 h`; ∞ for one without an end."""
    return "∞" if math.isinf(seconds) else span(seconds, language)


def share(percent: float | None, language: str) -> str:
    """`87.5%`, in Spanish `87,5 %`; a dash for none. Never 100 for less than all, nor 0 for more than nothing."""
    if percent is None:
        return NONE
    shown = f"{_honest(percent):.1f}".removesuffix(".0")
    return f"{shown.replace('.', ',')} %" if language == "es" else f"{shown}%"


def whole(number: int, language: str) -> str:
    """`12,345`, in Spanish `12.345` and `1234` (a thousand stands without a point)."""
    return _whole(number, language)


def decimal(number: float, language: str) -> str:
    """One figure behind the point, none where it is nought."""
    shown = f"{number:.1f}".removesuffix(".0")
    return shown.replace(".", ",") if language == "es" else shown


def _honest(percent: float) -> float:
    if 0 < percent < 0.1:
        return 0.1
    return 99.9 if 99.9 < percent < 100 else percent


def _two(count: int, small: int, large: int, small_name: str, large_name: str, language: str) -> str:
    ratio = large // small
    upper, lower = divmod(count, ratio)
    head = f"{_whole(upper, language)} {large_name}"
    return f"{head} {lower} {small_name}" if lower else head


def _whole(number: int, language: str) -> str:
    if language == "es":
        return str(number) if -10_000 < number < 10_000 else f"{number:,}".replace(",", ".")
    return f"{number:,}"
