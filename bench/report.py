"""`python -m bench.report`: how long a report takes, how much memory. `--cases N` (three messages each), `--postgresql`, `--by`."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.report_rows import History, fill
from config.load import load_config
from reports.asking import make_report
from reports.wanted import By, Wanted
from router.house import House, open_house
from ventanilla.store.engine import Store, open_store
from ventanilla.store.migrate import upgrade

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
DAYS = 365
_FILE = """
[service]
name = "Bench"
timezone = "Europe/Madrid"
[teams.atencion]
members = ["ana"]
duty = ["ana"]
[teams.taller]
members = ["ana"]
duty = ["ana"]
[agents.ana]
email = "ana@example.com"
"""


def main() -> None:
    """Fill a store, ask for a month and for the whole year, print seconds and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--by", type=By)
    parser.add_argument("--postgresql", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        url = f"sqlite:///{folder / 'ventanilla.db'}"
        if arguments.postgresql:
            from tests.servers.postgresql import started_postgresql

            server = stack.enter_context(started_postgresql())
            url = server.url(server.create())
        store = open_store(url, folder / "blobs")
        stack.callback(store.close)
        upgrade(store)
        messages = fill(store, History(cases=arguments.cases, until=UNTIL, days=DAYS), analyze=True)
        house = _house(store, folder)
        for days in (30, DAYS):
            _measure(store, house, days, arguments.by, messages)


def _house(store: Store, folder: Path) -> House:
    path = folder / "ventanilla.toml"
    path.write_text(_FILE, encoding="utf-8")
    with store.write() as connection:
        return open_house(connection, load_config(path).config, now=UNTIL)


def _measure(store: Store, house: House, days: int, by: By | None, messages: int) -> None:
    end = UNTIL.date()
    wanted = Wanted(start=end - timedelta(days=days - 1), end=end, by=by)
    start, used = time.monotonic(), time.process_time()
    report = make_report(store, house, wanted, now=UNTIL)
    took, used = time.monotonic() - start, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    counted = sum(figure.count for figure in report.figures)
    print(
        f"{messages:,} messages, {days} days: {took:.1f} s ({used:.1f} s here), {counted:,} counted, peak {peak:.0f} MB"
    )


if __name__ == "__main__":
    main()
