"""The rows of single chat messages, by webhook and by long polling, for `make bench`."""

from __future__ import annotations

from pathlib import Path

from bench.chat import bare_times, long_poll_times, quantiles, webhook_times
from bench.engines import Engine
from bench.rows import Row, at_most

GOAL_MS = 50.0


def measure(folder: Path, engine: Engine, *, count: int) -> list[Row]:
    """One message at a time: from the provider's side to a responsible person, beside the work alone."""
    bare, _ = quantiles(bare_times(folder / "bare", store_url=engine.new(), count=count))
    rows = []
    for what, times in (("webhook", webhook_times), ("long poll", long_poll_times)):
        middle, late = quantiles(times(folder / what, store_url=engine.new(), count=count))
        figure = f"p50 {middle * 1000:.0f}, p99 {late * 1000:.0f} ms"
        note = f"{middle / bare:.1f} times the work alone ({bare * 1000:.0f} ms)"
        label = f"{engine.name}: {what} → assigned, idle"
        rows.append(at_most("chat", label, middle * 1000, "ms", GOAL_MS, note=note, figure=figure))
    return rows
