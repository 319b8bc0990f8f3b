"""Writes the letters of outbound webhooks behind the log: each event once for each endpoint that wants it, in the order of the
chain, or not at all and then the next time. Safe to run twice at once, and to be killed."""

from __future__ import annotations

import secrets
from datetime import datetime

import sqlalchemy as sa

from config.webhooks import WebhookSettings
from router.house import House
from router.webhooks_out.telling import is_wanted
from ventanilla.store.engine import Store
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.webhook_events import (
    begin_endpoint,
    endpoints,
    forget_endpoints,
    head,
    letter_before,
    lock_endpoint,
    new_events,
    note_told,
    via_of,
)
from ventanilla.words import OutboxKind

STEP = 500
"""Events of one transaction."""


def write_webhooks(store: Store, house: House, *, now: datetime, limit: int = 4 * STEP) -> int:
    """Letters for what was sealed since the last time; how many. Of many events the rest is for the next call. An endpoint that is
    new in the file begins now; one that is paused waits, and loses nothing."""
    wanted = house.config.webhooks
    with store.read() as connection:
        known, newest = endpoints(connection), head(connection)
    gone, new = known.keys() - wanted.keys(), wanted.keys() - known.keys()
    if gone or new:
        with store.write() as connection:
            forget_endpoints(connection, gone)
            for name in sorted(new):
                begin_endpoint(connection, name, now=now)
    behind = (name for name in wanted if name in known and known[name].last_seal < newest)
    return sum(_write_for(store, name, wanted[name], now=now, limit=limit) for name in behind)


def _write_for(store: Store, name: str, settings: WebhookSettings, *, now: datetime, limit: int) -> int:
    written = seen = 0
    while seen < limit:
        with store.write() as connection:
            row = lock_endpoint(connection, name)
            if row is None or row.paused_at is not None:
                return written
            events = new_events(connection, after=row.last_seal, limit=STEP)
            if not events:
                return written
            for event in events:
                if is_wanted(settings, event):
                    written += _put(connection, name, event, now=now)
            note_told(connection, name, through=events[-1].number)
        seen += len(events)
        if len(events) < STEP:
            break
    return written


def _put(connection: sa.Connection, name: str, event: sa.Row[tuple[object, ...]], *, now: datetime) -> int:
    """One letter. It holds no words: what is sent is put together when it goes. A case's letters go one after the other."""
    before = letter_before(connection, name, event.key)
    payload = {"event": event.id, **({"after_row": before} if before is not None else {})}
    letter = Letter(
        kind=OutboxKind.WEBHOOK,
        dedupe_key=f"{via_of(name)}:{event.id}",
        via=via_of(name),
        recipient=event.key,
        payload=payload,
    )
    return int(put_letter(connection, letter, now=now) is not None)


def put_test(connection: sa.Connection, name: str, *, now: datetime) -> int:
    """A call that tells of nothing, for whoever tries the endpoint; it goes though the endpoint is paused. The letter's id."""
    letter = Letter(
        kind=OutboxKind.WEBHOOK,
        dedupe_key=f"{via_of(name)}:test:{secrets.token_hex(8)}",
        via=via_of(name),
        recipient="",
        payload={"event": None},
    )
    number = put_letter(connection, letter, now=now)
    assert number is not None  # noqa: S101  nobody else draws this key
    return number
