"""`make bench`: prints a table. `--mails N`, `--single N`, `--webhook N` and `--long-poll N` set how many (0: none);
`--desk N` how many people are at the desk; `--postgresql` measures that engine too."""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

from bench import desk
from bench.chat import bare_times, long_poll_times, quantiles, webhook_times
from bench.servers import mail_server
from bench.shop import Mailbox, sample_mail, service, wait_for
from connectors.imap_email.reading.context import MailContext
from connectors.imap_email.reading.message import read_mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState


def main() -> int:
    """Measure and print; 1 when a goal was missed."""
    arguments = _arguments()
    rows: list[tuple[str, str, str]] = []
    missed = False
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        engines = _engines(stack, postgresql=arguments.postgresql)
        for engine, url in engines.items():
            part, slow = _measure_chat(folder / f"chat {engine}", url, engine, arguments)
            rows += part
            missed |= slow
        if arguments.desk:
            part, slow = desk.measure(desk.settings(["--agents", str(arguments.desk)]))
            rows += part
            missed |= slow
        if not arguments.mails:
            _print(rows)
            return int(missed)
        name, mailbox = stack.enter_context(mail_server())
        mails = [sample_mail(number, attachment=number % 10 == 0) for number in range(arguments.mails)]
        floor = _reading_floor(mails)
        mailbox.append(mails)
        print(f"mail server: {name}; {arguments.mails} mails, every tenth with a 20 KB picture\n", flush=True)
        for engine, url in engines.items():
            part, slow = _measure(folder / engine, mailbox, url(), engine, arguments, floor)
            rows += part
            missed |= slow
            arguments.mails += arguments.single  # the next engine finds those of this one in the mailbox as well
    _print(rows)
    return int(missed)


def _engines(stack: ExitStack, *, postgresql: bool) -> dict[str, Callable[[], str]]:
    """How to make a store's address of each engine, a new store each time."""
    engines: dict[str, Callable[[], str]] = {"SQLite": lambda: "sqlite"}
    if postgresql:
        from tests.servers.postgresql import started_postgresql

        server = stack.enter_context(started_postgresql())
        engines["PostgreSQL"] = lambda: server.url(server.create())
    return engines


def _measure_chat(
    folder: Path, url: Callable[[], str], engine: str, arguments: argparse.Namespace
) -> tuple[list[tuple[str, str, str]], bool]:
    rows, missed = [], False
    most = max(arguments.webhook, arguments.long_poll)
    bare, _ = quantiles(bare_times(folder / "bare", store_url=url(), count=most)) if most else (1.0, 1.0)
    for what, measure, count in (
        ("webhook", webhook_times, arguments.webhook),
        ("long poll", long_poll_times, arguments.long_poll),
    ):
        if count:
            middle, late = quantiles(measure(folder / what, store_url=url(), count=count))
            figure = f"p50 {middle * 1000:.0f} ms, p99 {late * 1000:.0f} ms"
            ratio = f"{middle / bare:.1f} times the work alone ({bare * 1000:.0f} ms)"
            rows.append((f"{engine}: {what} → assigned, idle", figure, f"{_goal(middle, 0.05)}; {ratio}"))
            missed |= middle > 0.05
    return rows, missed


def _measure(
    folder: Path, mailbox: Mailbox, url: str, engine: str, arguments: argparse.Namespace, floor: float
) -> tuple[list[tuple[str, str, str]], bool]:
    with service(folder, mailbox, store_url=url) as store:
        wait_for(store, arguments.mails, seconds=60 + arguments.mails / 5)
        rate = _rate(store)
        time.sleep(2)
        arrivals = [_one(mailbox, store, arguments.mails + number) for number in range(arguments.single)]
        commits = _commit_to_assigned(store, arguments.single)
    arrival, commit = statistics.median(arrivals), statistics.median(commits)
    return [
        (
            f"{engine}: mailbox → assigned",
            f"{rate:,.0f} mails/s",
            f"{rate / floor:.2f} of reading them alone ({floor:,.0f}/s)",
        ),
        (f"{engine}: arrival → assigned, idle", f"p50 {arrival * 1000:.0f} ms", _goal(arrival, 1.0)),
        (f"{engine}: commit → assigned, idle", f"p50 {commit * 1000:.0f} ms", _goal(commit, 0.05)),
        (f"{engine}: commit → assigned, idle", f"max {max(commits) * 1000:.0f} ms", ""),
    ], arrival > 1.0 or commit > 0.05


def _one(mailbox: Mailbox, store: Store, before: int) -> float:
    """Seconds from the server's answer to an arriving mail until it has its owner."""
    mailbox.append([sample_mail(1_000_000 + before)])
    start = time.monotonic()
    wait_for(store, before + 1, seconds=90)
    taken = time.monotonic() - start
    time.sleep(0.3)
    return taken


def _rate(store: Store) -> float:
    """Mails a second, from the first commit into the ledger to the last assignment."""
    query = sa.select(sa.func.min(inbox.c.pulled_at), sa.func.max(inbox.c.routed_at), sa.func.count())
    with store.read() as connection:
        first, last, count = connection.execute(query.where(inbox.c.state == InboxState.ROUTED)).one()
    return float(count / max((last - first).total_seconds(), 1e-6))


def _commit_to_assigned(store: Store, count: int) -> list[float]:
    query = sa.select(inbox.c.pulled_at, inbox.c.routed_at).order_by(inbox.c.id.desc()).limit(count)
    with store.read() as connection:
        return [(row.routed_at - row.pulled_at).total_seconds() for row in connection.execute(query)]


def _reading_floor(mails: Sequence[bytes]) -> float:
    """Mails a second that reading alone would do, in one process."""
    context = MailContext(own_addresses=frozenset({"soporte@example.com"}))
    start = time.monotonic()
    for mail in mails:
        read_mail(mail, context)
    return len(mails) / (time.monotonic() - start)


def _goal(seconds: float, limit: float) -> str:
    return f"goal {limit * 1000:.0f} ms: {'met' if seconds <= limit else 'MISSED'}"


def _print(rows: list[tuple[str, str, str]]) -> None:
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for what, figure, note in rows:
        print(f"{what:<{widths[0]}}  {figure:>{widths[1]}}  {note}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--mails", type=int, default=500)
    parser.add_argument("--single", type=int, default=20)
    parser.add_argument("--webhook", type=int, default=100)
    parser.add_argument("--long-poll", type=int, default=100)
    parser.add_argument("--desk", type=int, default=200)
    parser.add_argument("--postgresql", action=argparse.BooleanOptionalAction, default=True)
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
