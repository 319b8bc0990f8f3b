"""What follows when a call has failed for good: an endpoint that takes nothing is paused, and somebody is told."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notices.writing import write_alert
from router.texts import phrase
from ventanilla.store.events import Journal
from ventanilla.store.tables import outbox
from ventanilla.store.webhook_events import has_taken_since, name_of, pause_endpoint
from ventanilla.words import OutboxKind

GONE = "410"
"""How the reason of a letter begins whose endpoint wants no more."""


def pause_what_fails(connection: sa.Connection, house: House, row: sa.Row[Any], journal: Journal) -> None:
    """Called in the transaction that gives a letter up. One that alone is refused pauses nothing."""
    if row.kind != OutboxKind.WEBHOOK:
        return
    name, reason = name_of(row.via), connection.scalar(sa.select(outbox.c.reason).where(outbox.c.id == row.id)) or ""
    if not reason.startswith(GONE) and has_taken_since(connection, name, row.tried_at or row.created_at):
        return
    if not pause_endpoint(connection, name, journal, problem=reason):
        return
    language = house.config.service.language
    cure = f"ventanilla webhooks resume {name}"
    write_alert(
        connection,
        house,
        to=house.config.staff.digest_to,
        occasion=f"paused:{row.via}:{journal.now.isoformat()}",
        subject=phrase(language, "paused_subject", channel=row.via),
        body=phrase(language, "paused", channel=row.via, problem=reason, cure=cure),
        now=journal.now,
    )
