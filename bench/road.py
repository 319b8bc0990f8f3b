"""Mailbox to assigned: mails that wait in a real mail server, until each has a responsible person, a receipt and a notice."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from bench.engines import Engine
from bench.floor import Floor
from bench.processes import processor_seconds
from bench.rows import Row, at_least, told
from bench.servers import MailServer, mail_server
from bench.shop import PICTURE_EVERY, Running, routed, sample_mails, service, wait_for
from ventanilla.store.engine import Store
from ventanilla.store.tables import assignments, attachments, inbox, outbox
from ventanilla.words import InboxState, OutboxKind

GOALS = {"SQLite": 400.0, "PostgreSQL": 250.0}
OF_THE_FLOOR = 0.5


def measure(folder: Path, engine: Engine, *, mails: int, floor: Floor | None) -> tuple[list[Row], float]:
    """The rows, and the mails a second."""
    with mail_server() as server:
        server.fill(sample_mails(mails))
        with service(folder, server.mailbox, store_url=engine.new()) as running:
            used = _through(running, engine, server, mails)
            rate, letters = _rate(running.store), _sent(running.store)
            _require_complete(running.store, mails)
    return _rows(engine, rate, used, letters, mails, floor, server.name), rate


def _through(running: Running, engine: Engine, server: MailServer, mails: int) -> dict[str, float]:
    """Processor seconds by process for all mails; what the start costs is left out."""
    wait_for(running.store, 1, seconds=120, step=0.05)
    before, already = _used(running, engine, server), routed(running.store)
    wait_for(running.store, mails, seconds=120 + mails / 5, step=0.2)
    used, share = _used(running, engine, server), mails / max(1, mails - already)
    return {name: (seconds - before.get(name, 0.0)) * share for name, seconds in used.items()}


def _used(running: Running, engine: Engine, server: MailServer) -> dict[str, float]:
    used = processor_seconds(running.pid)
    used["mail server"] = sum(processor_seconds(server.pid).values())
    used["where letters go"] = sum(processor_seconds(server.sink).values())
    used["database server"] = engine.used()
    return used


def _rate(store: Store) -> float:
    """Mails a second, from the first commit into the ledger to the last assignment."""
    query = sa.select(sa.func.min(inbox.c.pulled_at), sa.func.max(inbox.c.routed_at), sa.func.count())
    with store.read() as connection:
        first, last, count = connection.execute(query.where(inbox.c.state == InboxState.ROUTED)).one()
    return float(count / max((last - first).total_seconds(), 1e-6))


def _sent(store: Store) -> int:
    """How many letters have gone out by now: delivery goes on beside the routing, and takes its share of the machine."""
    with store.read() as connection:
        return int(connection.scalar(sa.select(sa.func.count(outbox.c.sent_at))) or 0)


def _require_complete(store: Store, mails: int) -> None:
    """Everything that the figure claims is there: an owner, a receipt, a notice each, and the pictures. Raises AssertionError."""

    def count(table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
        with store.read() as connection:
            return int(connection.scalar(sa.select(sa.func.count()).select_from(table).where(*where)) or 0)

    found = {
        "assignments": count(assignments, assignments.c.is_open == 1),
        "receipts": count(outbox, outbox.c.kind == OutboxKind.ACKNOWLEDGEMENT),
        "notices": count(outbox, outbox.c.kind == OutboxKind.NOTICE),
        "pictures": count(attachments) * PICTURE_EVERY,
    }
    wrong = {
        what: number for what, number in found.items() if number != mails and not (what == "pictures" and mails % 10)
    }
    if wrong:
        raise AssertionError(f"{mails} mails were routed, but there are {wrong}")


def _rows(
    engine: Engine, rate: float, used: dict[str, float], letters: int, mails: int, floor: Floor | None, server: str
) -> list[Row]:
    name, each = engine.name, {what: seconds * 1000 / mails for what, seconds in used.items()}
    cores = len(os.sched_getaffinity(0))
    what = f"{name}: mailbox → assigned"
    note = f"{mails:,} mails in {server}, {cores} cores, {letters:,} letters sent meanwhile"
    rows = [at_least("road", what, rate, "mails/s", GOALS[name], note=note)]
    if floor is not None:
        ratio, strict = rate / floor.rate, rate / floor.rate_in_twenties
        note = f"floor {floor.rate:,.0f}/s; {strict:.2f} of the floor in batches ({floor.rate_in_twenties:,.0f}/s)"
        rows.append(at_least("road", f"{name}: … as a part of the floor", ratio, "of it", OF_THE_FLOOR, note=note))
    parts = ", ".join(f"{what} {ms:.2f}" for what, ms in sorted(each.items(), key=lambda pair: -pair[1]) if ms >= 0.005)
    rows.append(told("road", f"{name}: … processor time a mail", sum(each.values()), "ms", note=parts))
    return rows
