"""How long a mail waits for its owner while others come: at 20 a second, at half and at four fifths of what the machine can do."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from bench.engines import Engine
from bench.offering import offer, quantile, spread
from bench.rows import Row, at_most, told
from bench.servers import MailServer, mail_server
from bench.shop import Running, routed, sample_mail, sample_mails, service, wait_for
from daemon.embedded_queue import socket_under, url_of

CALM, GOAL_MS = 20.0, 25.0
SHARES = (0.5, 0.8)
WARM = 200


def measure(folder: Path, engine: Engine, *, seconds: float, peak: float, singles: int) -> list[Row]:
    """A row for each rate, and one for mails that come one by one to a real mail server. `peak` is in mails a second."""
    with mail_server() as server, service(folder, server.mailbox, store_url=engine.new()) as running:
        _warm_up(running, server)
        queue = url_of(socket_under(folder / "var"))
        rows, first = [], 1_000_000
        for rate in (CALM, *(round(share * peak) for share in SHARES)):
            offered = offer(running.store, queue, rate=rate, seconds=seconds, first=first)
            rows.append(_row(engine, rate, peak, offered.times(), offered.late))
            first += 1_000_000
            time.sleep(1)
        if singles:
            rows.append(_through_the_server(engine, running, server, singles))
    return rows


def _warm_up(running: Running, server: MailServer) -> None:
    server.fill(sample_mails(WARM))
    wait_for(running.store, WARM, seconds=180, step=0.2)


def _row(engine: Engine, rate: float, peak: float, times: list[float], late: float) -> Row:
    share = "" if rate == CALM else f" ({rate / peak:.0%} of the peak)"
    what = f"{engine.name}: arrival → assigned, {rate:.0f}/s{share}"
    middle, figure = statistics.median(times) * 1000, spread(times)
    note = f"{len(times):,} mails; the offering at most {late * 1000:.0f} ms behind its plan"
    if rate == CALM:
        return at_most("latency", what, middle, "ms", GOAL_MS, note=note, figure=figure)
    return told("latency", what, quantile(times, 0.99) * 1000, "ms", note=note, figure=figure)


def _through_the_server(engine: Engine, running: Running, server: MailServer, count: int) -> Row:
    """Handed to the mail server one by one, five a second: what that server takes until it tells of a mail is in it."""
    times, before = [], routed(running.store)
    for number in range(count):
        began = time.monotonic()
        server.deliver(sample_mail(90_000_000 + number))
        wait_for(running.store, before + number + 1, seconds=90, step=0.004)
        times.append(time.monotonic() - began)
        time.sleep(max(0.0, 0.2 - times[-1]))
    note = (
        f"through {server.name}, which tells of new mail half a second late by itself"
        if server.name == "dovecot"
        else ""
    )
    what = f"{engine.name}: handed to the mail server → assigned"
    return told("latency", what, statistics.median(times) * 1000, "ms", note=note, figure=spread(times))
