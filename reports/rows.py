"""A report's figures as flat rows, as --json and the files of numbers carry them: seconds and percent, nothing rounded away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reports.figures import Figure, Report, Spread

PARTS = ("p50", "p90", "p95", "max", "mean")
_BESIDE = ("count", "p50", "p90", "p95", "max", "within_target", "still_open", "share")


def rows_of(report: Report) -> list[dict[str, Any]]:
    """An object a figure, in the report's order. `before` is the same of the period before, None where that has none."""
    earlier = {(figure.group, figure.metric): figure for figure in report.before}
    return [_row(figure, report, earlier) for figure in report.figures]


def _row(figure: Figure, report: Report, earlier: Mapping[tuple[str, str], Figure]) -> dict[str, Any]:
    before = earlier.get((figure.group, figure.metric))
    return {
        "group": figure.group,
        "metric": figure.metric,
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        **_numbers(figure),
        "levels": [asdict(level) for level in figure.levels],
        "otherwise": figure.otherwise or {},
        "before": {name: value for name, value in _numbers(before).items() if name in _BESIDE} if before else None,
    }


def _numbers(figure: Figure) -> dict[str, Any]:
    return {
        "count": figure.count,
        **_parts("", figure.elapsed),
        "within_target": _rounded(figure.within_target),
        "promised": figure.promised,
        "still_open": figure.still_open,
        "overdue": figure.overdue,
        **_parts("open_", figure.open_ages),
        **_parts("business_", figure.business),
        **_parts("net_", figure.net),
        "out_of": figure.out_of,
        "share": _rounded(figure.share),
    }


def _parts(prefix: str, spread: Spread) -> dict[str, float | None]:
    return {prefix + part: _rounded(getattr(spread, part)) for part in PARTS}


def _rounded(value: float | None) -> float | None:
    """To the microsecond that the clocks are kept in: a mean has no more."""
    return None if value is None else round(value, 6)
