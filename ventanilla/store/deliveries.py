"""What providers report of what we sent: late, twice and out of order. A report counts once, by its rank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import DeliveryReport
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import delivery_reports, outbox
from ventanilla.words import DeliveryState, EventKind

ACTOR = "provider"
LONGEST_REASON = 300

Failed = Callable[[sa.Connection, sa.Row[Any], Journal], None]
"""What to do, in the same transaction, about a row that its provider could not deliver."""

_UNDER_WAY = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)
_GONE = (DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.UNKNOWN)
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.bindparam("name"), 0)))
_ROW = (
    sa.select(outbox)
    .where(outbox.c.external_id == sa.bindparam("external_id"), outbox.c.via == sa.bindparam("via"))
    .order_by(outbox.c.id.desc())
    .limit(1)
    .with_for_update()
)
_KEPT = sa.select(delivery_reports).where(
    delivery_reports.c.via == sa.bindparam("of_via"), delivery_reports.c.external_id == sa.bindparam("of_id")
)
_KEEP = insert_ignoring(delivery_reports)
_KEEP_HIGHER = (
    sa.update(delivery_reports)
    .where(delivery_reports.c.via == sa.bindparam("of_via"), delivery_reports.c.external_id == sa.bindparam("of_id"))
    .where(delivery_reports.c.rank < sa.bindparam("new_rank"))
    .values(
        state=sa.bindparam("new_state"),
        rank=sa.bindparam("new_rank"),
        reason=sa.bindparam("new_reason"),
        at=sa.bindparam("new_at"),
    )
)
_FORGET = sa.delete(delivery_reports).where(
    delivery_reports.c.via == sa.bindparam("of_via"), delivery_reports.c.external_id == sa.bindparam("of_id")
)


def note_reports(
    store: Store, via: str, reports: Sequence[DeliveryReport], *, now: datetime, failed: Failed | None = None
) -> int:
    """Believe what a provider reports of what went out through `via`; return how many reports changed something.

    A report counts if its rank is above all that came before it. One about something that we have not recorded as sent yet
    is kept until we have. In any order and however often they come, the same reports end in the same state. Raises Temporary.
    """
    journal = Journal(now=now, actor=ACTOR)
    changed = 0
    with store.write() as connection:
        for report in sorted(reports, key=lambda one: (one.external_id, one.rank)):
            changed += _note(connection, via, report, journal, failed)
        journal.flush(connection)
    return changed


def lock_report(connection: sa.Connection, via: str, external_id: str) -> None:
    """Let nobody else note a report about this until the transaction ends: else a report and what it is about could pass
    each other unseen. SQLite has one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"name": f"{via} {external_id}"})


def apply_kept_report(connection: sa.Connection, row_id: int, via: str, external_id: str, *, now: datetime) -> None:
    """A row has just become `sent` under this id, in the caller's transaction, which holds `lock_report`: a report that came
    before counts now."""
    key = {"of_via": via, "of_id": external_id}
    kept = connection.execute(_KEPT, key).one_or_none()
    if kept is None:
        return
    row = connection.execute(sa.select(outbox).where(outbox.c.id == row_id)).one()
    report = DeliveryReport(
        external_id=external_id, state=DeliveryState(kept.state), rank=kept.rank, reason=kept.reason or ""
    )
    journal = Journal(now=now, actor=ACTOR)
    _believe(connection, row, report, journal, at=kept.at)
    journal.flush(connection)
    connection.execute(_FORGET, key)


def forget_old_reports(store: Store, *, before: datetime) -> int:
    """Reports about things that we never recorded as sent are of no use after some days; returns how many went."""
    with store.write() as connection:
        return connection.execute(sa.delete(delivery_reports).where(delivery_reports.c.at < before)).rowcount


def _note(connection: sa.Connection, via: str, report: DeliveryReport, journal: Journal, failed: Failed | None) -> bool:
    lock_report(connection, via, report.external_id)
    row = connection.execute(_ROW, {"external_id": report.external_id, "via": via}).one_or_none()
    if row is None or row.state in _UNDER_WAY:
        return _keep(connection, via, report, journal.now)
    if not _believe(connection, row, report, journal, at=journal.now):
        return False
    if report.state is DeliveryState.FAILED and failed is not None:
        failed(connection, row, journal)
    return True


def _keep(connection: sa.Connection, via: str, report: DeliveryReport, now: datetime) -> bool:
    new = {"state": report.state, "rank": report.rank, "reason": report.reason[:LONGEST_REASON] or None, "at": now}
    key = {"via": via, "external_id": report.external_id}
    if connection.execute(_KEEP[connection.dialect.name], key | new).rowcount == 1:
        return True
    higher = {"of_via": via, "of_id": report.external_id} | {f"new_{name}": value for name, value in new.items()}
    return connection.execute(_KEEP_HIGHER, higher).rowcount == 1


def _believe(
    connection: sa.Connection, row: sa.Row[Any], report: DeliveryReport, journal: Journal, *, at: datetime
) -> bool:
    """Move the row by a report of a rank above those before it. Whether its state changed."""
    if row.state not in _GONE or report.rank <= row.delivery_rank:
        return False
    values: dict[str, Any] = {"delivery_rank": report.rank}
    moves = report.state is not DeliveryState.SENT and report.state != row.state
    if moves:
        values["state"] = report.state
    if report.state is DeliveryState.DELIVERED and row.delivered_at is None:
        values["delivered_at"] = max(at, row.sent_at or at)
    if report.state is DeliveryState.FAILED:
        values["delivered_at"] = None
        values["reason"] = f"not delivered: {report.reason[:LONGEST_REASON] or 'its provider does not say why'}"
    connection.execute(sa.update(outbox).where(outbox.c.id == row.id).values(values))
    if moves:
        ids = {"conversation_id": row.conversation_id, "agent": row.agent}
        journal.add(EventKind.DELIVERY, at=at, outbox_id=row.id, data={"state": str(report.state)}, **ids)
    return moves
