"""The machine's own times and what stands where, for Prometheus. Counts what has come to its end since this process began; writes
nothing, slows nobody, names no customer, no case and none of our people."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from desk.machine.trail import MOST_OPEN, Trail
from ventanilla import __version__
from ventanilla.machine_times import Delay, times_of_item, times_of_letter
from ventanilla.standing import compared_by_channel
from ventanilla.store.engine import Store
from ventanilla.store.glance import bare_reader
from ventanilla.store.machine import (
    FINAL_ITEM,
    FINAL_LETTER,
    items_after,
    items_of,
    letters_after,
    letters_of,
    newest_ids,
    standing,
    unfinished_ids,
)

Row = Mapping[str, Any]
_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SLOW = (0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 90, 120, 300, 600, 1800, 3600, 14400)
_SHOWN: Mapping[Delay, tuple[str, tuple[str, ...], tuple[float, ...]]] = {
    Delay.INGEST_LAG: ("From received on our side of the world until routed.", ("channel",), _SLOW),
    Delay.QUEUE_WAIT: ("From the ledger until a router took it.", ("channel",), _SLOW),
    Delay.ROUTE_TIME: ("From taken by a router until its case was committed.", ("channel",), _QUICK),
    Delay.NOTICE_TIME: ("From written for its owner until the provider took it.", ("channel", "via"), _SLOW),
    Delay.REPLY_TIME: ("From pressed by a person until the provider took it.", ("channel", "via"), _SLOW),
}


class Metrics:
    """What `/metrics` gives. Used by one thread at a time; each scrape reads one moment of the store."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._url = store.engine.url.render_as_string(hide_password=False)
        self._clock = clock
        self._trails: tuple[Trail, Trail] | None = None
        self._read: Any = None
        self._registry = CollectorRegistry(auto_describe=False)
        self._now = _Standing()
        self._registry.register(self._now)
        ProcessCollector(registry=self._registry)
        self._delays = {
            delay: Histogram(f"ventanilla_{delay}_seconds", text, labels, buckets=buckets, registry=self._registry)
            for delay, (text, labels, buckets) in _SHOWN.items()
        }
        self._items = self._counter(
            "items", "What came in and was settled, by what became of it.", "channel", "outcome"
        )
        self._letters = self._counter(
            "letters", "What went out, or did not, by what it was.", "channel", "via", "kind", "outcome"
        )
        self._let_go = self._counter("uncounted", "Rows that were not followed to their end: too many at once.")

    def begin(self) -> None:
        """Remember where the store is now: what ends after this is counted. Otherwise the first scrape does. Raises Temporary."""
        with bare_reader(self._url) as read:
            self._begin(read)

    def scrape(self) -> bytes:
        """Everything, in Prometheus' text format. Raises Temporary when the store does not answer."""
        began, now = perf_counter(), self._clock()
        with bare_reader(self._url) as read:
            items, letters = self._trails or self._begin(read)
            self._read = read
            for row in items.ended():
                self._note_item(row)
            for row in letters.ended():
                self._note_letter(row)
            found = standing(read, now=now)
        self._let_go.inc(items.let_go + letters.let_go)
        items.let_go = letters.let_go = 0
        self._now.show(found, now=now, took=perf_counter() - began)
        return bytes(generate_latest(self._registry))

    def _begin(self, read: Any) -> tuple[Trail, Trail]:
        newest_item, newest_letter = newest_ids(read)
        waiting_items, waiting_letters = unfinished_ids(read, most=MOST_OPEN)
        self._trails = (
            Trail(
                newest=newest_item,
                open=dict.fromkeys(waiting_items),
                final=frozenset(FINAL_ITEM),
                after=lambda last, most: items_after(self._read, last, most),
                of=lambda ids: items_of(self._read, ids),
            ),
            Trail(
                newest=newest_letter,
                open=dict.fromkeys(waiting_letters),
                final=frozenset(FINAL_LETTER),
                after=lambda last, most: letters_after(self._read, last, most),
                of=lambda ids: letters_of(self._read, ids),
            ),
        )
        return self._trails

    def _note_item(self, row: Row) -> None:
        self._items.labels(row["channel"], row["state"]).inc()
        for delay, seconds in times_of_item(row).items():
            self._delays[delay].labels(row["channel"]).observe(seconds)

    def _note_letter(self, row: Row) -> None:
        outcome = "sent" if row["state"] == "delivered" else row["state"]
        self._letters.labels(row["channel"], row["via"], row["kind"], outcome).inc()
        for delay, seconds in times_of_letter(row).items():
            self._delays[delay].labels(row["channel"], row["via"]).observe(seconds)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"ventanilla_{name}", text, labels, registry=self._registry)


class _Standing(Collector):
    """What stands where, as of the last scrape: made anew each time, so that what is gone shows no old number."""

    def __init__(self) -> None:
        self._families: Sequence[Metric] = ()

    def collect(self) -> Iterator[Metric]:
        """The families of the last scrape."""
        yield from self._families

    def show(self, found: Mapping[str, Sequence[Row]], *, now: datetime, took: float) -> None:
        """Take what the store said."""
        (cases,), (leases,), (version,) = found["cases"], found["leases"], found["version"]
        backlog, channels = found["backlog"], found["channels"]
        oldest = {row["channel"]: _age(row["oldest_at"], now) for row in backlog}
        build = {"version": __version__, "python": platform.python_version()}
        self._families = (
            _by("backlog_items", "Items that wait for a router.", ("channel",), backlog, "items"),
            _each("backlog_oldest_seconds", "For how long the oldest of them has waited.", oldest),
            _one("quarantined_items", "Unreadable items that wait for a person.", found["quarantined"][0]["items"]),
            _one("open_cases", "Cases that somebody answers for.", cases["items"]),
            _one("waiting_cases", "Of them, those whose customer waits on us.", cases["waiting"]),
            _one("oldest_waiting_seconds", "How long the longest of them has waited.", _age(cases["oldest_at"], now)),
            _by("line_cases", "Cases in the waiting line.", ("team",), found["line"], "items"),
            _by("overdue_clocks", "Running clocks past their due time.", ("metric",), found["overdue"], "items"),
            _by("outbox_letters", "What is to go out or got stuck.", ("state", "via"), found["letters"], "items"),
            _each("channel_problem", "1: something is wrong.", {row["name"]: row["failing"] for row in channels}),
            _each(
                "channel_paused", "1: it is paused.", {row["name"]: row["paused_at"] is not None for row in channels}
            ),
            _each(
                "channel_quiet",
                "1: nothing comes in though its usual rate says that something should.",
                {row["name"]: row["quiet_since"] is not None for row in channels},
            ),
            _each(
                "channel_last_pull_age_seconds",
                "Since its source was last asked.",
                _ages(channels, "last_pull_at", now),
            ),
            _each(
                "channel_last_item_age_seconds", "Since something last came in.", _ages(channels, "last_item_at", now)
            ),
            _each(
                "missing_items",
                "At its sources and not in the ledger, when they were last compared.",
                {name: one["missing"] for name, one in compared_by_channel(found["comparisons"]).items()},
            ),
            _one("leases_held", "Sources that a process pulls.", leases["held"]),
            _one("leases_lapsed", "Sources that nobody pulls any more.", leases["lapsed"]),
            _one("config_version", "The version of the file in force.", version["id"] or 0),
            InfoMetricFamily("ventanilla_build", "What runs here.", build),
            _one("scrape_seconds", "How long the store took for this page.", took),
        )


def _one(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"ventanilla_{name}", text, value=value)


def _each(name: str, text: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"ventanilla_{name}", text, labels=("channel",))
    for channel, value in values.items():
        family.add_metric((channel,), float(value))
    return family


def _by(name: str, text: str, labels: tuple[str, ...], rows: Sequence[Row], value: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"ventanilla_{name}", text, labels=labels)
    for row in rows:
        family.add_metric([row[label] for label in labels], row[value])
    return family


def _age(moment: datetime | None, now: datetime) -> float:
    return 0.0 if moment is None else max(0.0, (now - moment).total_seconds())


def _ages(rows: Sequence[Row], column: str, now: datetime) -> dict[str, float]:
    return {row["name"]: _age(row[column], now) for row in rows if row[column] is not None}
