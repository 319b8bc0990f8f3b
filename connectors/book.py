"""Writes down what became of a letter that was claimed, and tells who must know in the same transaction. Sends nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog

from connectors.letters import follow_up
from ventanilla.channel import Sent
from ventanilla.errors import Ambiguous, Temporary, TooSoon, VentanillaError
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import MAYBE_SENT, back_off, finish_letter, has_failed, put_letter, put_off_letter
from ventanilla.store.readdress import readdress
from ventanilla.store.tables import assignments
from ventanilla.words import STAFF_TELEGRAM, DeliveryState, EventKind, OutboxKind

log = structlog.get_logger(__name__)

TELL_OTHERWISE = 4
"""After so many attempts at something for our own people they are told another way; it is tried on itself."""
TOLD_OTHERWISE = (OutboxKind.NOTICE, OutboxKind.ALERT, OutboxKind.DIGEST)
TO_CUSTOMERS = (OutboxKind.REPLY, OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)
MOST_TRIES = 40
ACTOR = "delivery"

Recorded = Callable[[sa.Connection, sa.Row[Any], Journal], None]
"""What follows, in the same transaction, from how a row ended."""
Welcome = Callable[[sa.Connection, sa.Row[Any], Journal, bool], None]
"""Whether the recipient of a row takes what we send, as their provider has just shown."""

_NOTIFIED = (
    sa.update(assignments)
    .where(assignments.c.conversation_id == sa.bindparam("case"), assignments.c.number == sa.bindparam("assignment"))
    .where(assignments.c.notified_at.is_(None))
    .values(notified_at=sa.bindparam("at"))
)


@dataclass(slots=True, kw_only=True)
class Book:
    """Each method is one transaction, safe to repeat: a row that is not claimed any more stays as it is. They raise Temporary.

    `failed` is told what failed for good, a reply that may have gone out, and what has been failing for too long to wait;
    `sent` what its provider took, unless that had refused it by then.
    """

    store: Store
    clock: Callable[[], datetime]
    failed: Recorded
    sent: Recorded
    welcome: Welcome

    def note_sent(self, row: sa.Row[Any], sent: Sent) -> bool:
        """The provider took it. Whether the row was ours to say so."""
        now = self.clock()
        journal = Journal(now=now, actor=ACTOR)
        columns: dict[str, Any] = {
            "sent_at": now,
            "external_id": sent.external_id,
            "parts": list(sent.parts) or row.parts,
        }
        with self.store.write() as connection:
            done = finish_letter(connection, row, DeliveryState.SENT, reason=sent.remark or None, **columns)
            if done:
                self._follow_sent(connection, row, journal)
            if done and sent.recipient is not None and sent.recipient != row.recipient:
                readdress(connection, row, sent.recipient, journal)
            self.welcome(connection, row, journal, True)
            journal.flush(connection)
        log.info("sent", outbox_id=row.id, kind=row.kind, via=row.via)
        return done

    def again_later(self, row: sa.Row[Any], error: VentanillaError) -> bool:
        """It is tried again after what its provider asked for, else after our own back-off; given up after MOST_TRIES."""
        if row.attempts >= MOST_TRIES:
            return self.give_up(row, f"not delivered in {row.attempts} attempts: {error}")
        asked = getattr(error, "retry_after", None)
        wait = back_off(row.attempts) if asked is None else timedelta(seconds=asked)
        known: dict[str, Any] = {"parts": _parts_after(row, error)}
        if isinstance(error, Ambiguous):
            known["payload"] = {**row.payload, MAYBE_SENT: True}
        journal = Journal(now=self.clock(), actor=ACTOR)
        with self.store.write() as connection:
            changed = finish_letter(
                connection, row, DeliveryState.PENDING, reason=str(error), not_before=journal.now + wait, **known
            )
            if changed and row.kind in TOLD_OTHERWISE and row.attempts == TELL_OTHERWISE:
                self.failed(connection, row, journal)
            journal.flush(connection)
        log.warning("not_sent_yet", outbox_id=row.id, via=row.via, attempt=row.attempts, problem=str(error))
        return changed

    def put_off(self, row: sa.Row[Any], error: TooSoon) -> bool:
        """It waits for its turn, and what is behind it for the same recipient too. That was no attempt."""
        until = self.clock() + timedelta(seconds=error.retry_after or 1.0)
        with self.store.write() as connection:
            changed = put_off_letter(connection, row, until=until, parts=_parts_after(row, error))
        log.debug("put_off", outbox_id=row.id, via=row.via, seconds=error.retry_after)
        return changed

    def take_back(self, row: sa.Row[Any]) -> bool:
        """It was claimed and never tried: it waits again, at once. That was no attempt."""
        with self.store.write() as connection:
            changed = put_off_letter(connection, row, until=row.not_before)
        log.info("taken_back", outbox_id=row.id, via=row.via)
        return changed

    def give_up(self, row: sa.Row[Any], reason: str, *, unwelcome: bool = False) -> bool:
        """It failed for good."""
        journal = Journal(now=self.clock(), actor=ACTOR)
        only_an_edit = "edits_row" in row.payload  # what it would have rewritten has been read all the same
        state = DeliveryState.DROPPED if only_an_edit else DeliveryState.FAILED
        with self.store.write() as connection:
            changed = finish_letter(connection, row, state, reason=reason)
            if changed and unwelcome:
                self.welcome(connection, row, journal, False)
            if changed and not only_an_edit:
                kind = EventKind.NOTICE_FAILED if row.kind == OutboxKind.NOTICE else EventKind.DELIVERY
                journal.add(kind, data={"state": "failed"}, **_ids(row))
                self.failed(connection, row, journal)
            journal.flush(connection)
        log.error("not_delivered", outbox_id=row.id, via=row.via, reason=reason)
        return changed

    def note_unknown(self, row: sa.Row[Any]) -> bool:
        """Nobody can tell whether a customer has it; only a person may send it again."""
        journal = Journal(now=self.clock(), actor=ACTOR)
        with self.store.write() as connection:
            changed = finish_letter(connection, row, DeliveryState.UNKNOWN, reason=_doubt(row))
            if changed:
                journal.add(EventKind.DELIVERY, data={"state": "unknown"}, **_ids(row))
                if row.kind == OutboxKind.REPLY:
                    self.failed(connection, row, journal)
            journal.flush(connection)
        log.error("may_have_gone_out", outbox_id=row.id, via=row.via)
        return changed

    def _follow_sent(self, connection: sa.Connection, row: sa.Row[Any], journal: Journal) -> None:
        if row.kind == OutboxKind.NOTICE:
            _note_notified(connection, row, journal.now)
            journal.add(EventKind.NOTICE_SENT, **_ids(row))
        else:
            journal.add(EventKind.DELIVERY, data={"state": "sent"}, **_ids(row))
        follows = self.failed if has_failed(connection, row.id) else self.sent
        follows(connection, row, journal)
        missing = follow_up(connection, row)
        if missing is not None:
            put_letter(connection, missing, now=journal.now)


def is_to_customer(row: sa.Row[Any]) -> bool:
    """Whether a customer gets it: a bot's greeting is one too, its answers to the staff are not."""
    greets = row.kind == OutboxKind.SERVICE and row.agent is None and row.via != STAFF_TELEGRAM
    return greets or row.kind in TO_CUSTOMERS


def _parts_after(row: sa.Row[Any], error: VentanillaError) -> list[str] | None:
    """What of it has gone out by now."""
    gone = error.parts if isinstance(error, Temporary) else ()
    parts: list[str] | None = list(gone) or row.parts
    return parts


def _doubt(row: sa.Row[Any]) -> str:
    so_far = f"its first {len(row.parts)} parts went out, and the next " if row.parts else "it "
    return f"{so_far}may have gone out; it is not sent again by itself"


def _note_notified(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> None:
    connection.execute(_NOTIFIED, {"case": row.conversation_id, "assignment": row.assignment_number, "at": now})


def _ids(row: sa.Row[Any]) -> dict[str, Any]:
    return {"outbox_id": row.id, "conversation_id": row.conversation_id, "agent": row.agent}
