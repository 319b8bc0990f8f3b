"""`python -m bench.stages`: milliseconds of a processor that a mail costs, by stage, in one process, for each engine.

`--profile FILE` writes a cProfile of the whole. The database server's own work is told apart.
"""

from __future__ import annotations

import argparse
import cProfile
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from pathlib import Path

from bench.engines import Engine, engines
from bench.inside import Inside, inside
from bench.rows import Row, as_table, told
from bench.servers import smtp_sink
from bench.shop import Mailbox, sample_mails
from cli.assembly import Service
from cli.staffing import deliverer
from router.reading import read_row
from ventanilla.logs import set_up_logs
from ventanilla.store.inbox import raw_bytes
from ventanilla.store.tables import inbox as ledger

WARM = 100


def measure(folder: Path, engine: Engine, *, count: int, profile: str | None = None) -> list[Row]:
    """A row a stage: what it costs here and at the database server."""
    with (
        smtp_sink() as (port, _),
        inside(folder, store_url=engine.new(), mailbox=Mailbox(9, port, "soporte@example.com", "bench")) as shop,
    ):
        warm_up = shop.take_in(sample_mails(WARM))
        shop.route(warm_up)
        _deliver(shop)
        mails, rows = sample_mails(count, first=WARM), []
        profiler = cProfile.Profile(time.process_time) if profile else None
        with profiler or nullcontext():
            ids, taken = _timed(engine, lambda: shop.take_in(mails, first=WARM))
            rows.append(_row(engine, "take in (ledger, identity)", taken, count))
            _, taken = _timed(engine, lambda: _read_all(shop, ids))
            rows.append(_row(engine, "read alone (within route)", taken, count))
            _, taken = _timed(engine, lambda: shop.route(ids))
            rows.append(_row(engine, "route, in twenties", taken, count))
            _, taken = _timed(engine, lambda: _deliver(shop))
            rows.append(_row(engine, "deliver what was written", taken, count))
        if profiler is not None and profile is not None:
            profiler.dump_stats(f"{profile}.{engine.name}")
    return rows


def _timed(engine: Engine, work: Callable[[], list[int] | None]) -> tuple[list[int], tuple[float, float]]:
    here, there = time.process_time(), engine.used()
    done = work()
    return done or [], (time.process_time() - here, engine.used() - there)


def _read_all(shop: Inside, ids: list[int]) -> None:
    with shop.store.read() as connection:
        rows = list(connection.execute(ledger.select().where(ledger.c.id.in_(ids))))
    for row in rows:
        read_row(shop.router.readers, row, raw_bytes(shop.store, row))


def _deliver(shop: Inside) -> None:
    """Send what waits, in this thread, as `ventanilla deliver` does."""
    service = Service(loaded=shop.loaded, store=shop.store, house=shop.router.house)
    sending = deliverer(service, threading.Event())
    while sending.deliver_due():
        pass
    sending.deliver_these(())


def _row(engine: Engine, what: str, taken: tuple[float, float], count: int) -> Row:
    here, there = (seconds * 1000 / count for seconds in taken)
    note = f"{here:.2f} here, {there:.2f} at the server" if there else ""
    return told("stages", f"{engine.name}: {what}", here + there, "ms CPU a mail", note=note)


def main() -> None:
    """Print the stages of each engine."""
    parser = argparse.ArgumentParser(prog="python -m bench.stages", description=__doc__)
    parser.add_argument("--mails", type=int, default=400)
    parser.add_argument("--engine", choices=("sqlite", "postgresql", "both"), default="both")
    parser.add_argument("--profile")
    arguments = parser.parse_args()
    set_up_logs(level="error")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        rows = []
        for engine in engines(stack, arguments.engine):
            rows += measure(folder / engine.name, engine, count=arguments.mails, profile=arguments.profile)
        print(as_table(rows))


if __name__ == "__main__":
    main()
