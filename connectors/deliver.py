"""The delivery loop: claims what is due in the outbox and hands it to its sender. Knows no vendor and writes no text."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from connectors.letters import Moot, asks_for_more, follow_up, outgoing_whole, readiness
from ventanilla.channel import Sender, Sent
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, Unwelcome, VentanillaError
from ventanilla.processes import is_dead, this_process
from ventanilla.store.channels import SENDING, note_trouble, note_well
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.outbox import (
    abandoned_letters,
    back_off,
    change_letters,
    claim_letter,
    due_letters,
    finish_letter,
    has_failed,
    put_letter,
)
from ventanilla.store.tables import assignments, conversations
from ventanilla.words import STAFF_BOT, STAFF_TELEGRAM, DeliveryState, EventKind, OutboxKind

log = structlog.get_logger(__name__)

TELL_OTHERWISE = 4
"""After so many attempts at something for our own people they are told another way; it is tried on itself."""
TOLD_OTHERWISE = (OutboxKind.NOTICE, OutboxKind.ALERT, OutboxKind.DIGEST)
TO_CUSTOMERS = (OutboxKind.REPLY, OutboxKind.ACKNOWLEDGEMENT)
MOST_TRIES = 40
IDLE = 0.25
STORE_AWAY = 1.0
RECOVER = timedelta(seconds=5)
ABANDONED = timedelta(minutes=10)
ACTOR = "delivery"

StillWanted = Callable[[sa.Connection, sa.Row[Any]], str | None]
"""Why a row must not go out after all (its case has moved on, its channel observes); None when it may."""
TellTrouble = Callable[[str, str, str], None]
"""(channel, problem, cure): nothing can be sent through it; somebody must know."""
Failed = Callable[[sa.Connection, sa.Row[Any], Journal], None]
"""What to do, in the same transaction, about a row that failed for good, or that has been failing for too long to wait."""
Welcome = Callable[[sa.Connection, sa.Row[Any], Journal, bool], None]
"""Whether the recipient of a row takes what we send, as their provider has just shown."""
Recorded = Callable[[sa.Connection, sa.Row[Any], Journal], None]
"""What follows, in the same transaction, from a row that its provider took. Not called for one that failed by what its provider
had reported by then: `Failed` is."""
Outcome = TypeVar("Outcome")


def _nobody_asks(*_: object) -> None:
    """Where nobody wants to know."""


@dataclass(slots=True, kw_only=True)
class Deliverer:
    """Sends what is due, one thread for each way out, until told to stop."""

    store: Store
    senders: Mapping[str, Callable[[], Sender | None]]
    still_wanted: StillWanted
    failed: Failed
    tell_trouble: TellTrouble
    clock: Callable[[], datetime]
    welcome: Welcome = _nobody_asks
    sent: Recorded = _nobody_asks
    stop: threading.Event = field(default_factory=threading.Event)
    _pools: dict[str, ThreadPoolExecutor] = field(default_factory=dict)
    _open: dict[str, Sender] = field(default_factory=dict)
    _recover_at: datetime | None = None
    _well: set[str] = field(default_factory=set)  # ways out that work, as far as this process has seen
    _under_way: dict[int, Future[None]] = field(default_factory=dict)

    def run(self) -> None:
        """Until `stop`: hand out what is due; then finish what is under way. Never raises."""
        while not self.stop.is_set():
            try:
                handed_out = self._hand_out()
            except Temporary as error:
                log.warning("outbox_not_read", problem=str(error))
                handed_out = 0
            if not handed_out:
                self.stop.wait(IDLE)
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        for sender in self._open.values():
            sender.close()

    def deliver_due(self) -> int:
        """Send everything that is due now, in this thread; return how many rows were tried."""
        rows = due_letters(self.store, now=self.clock())
        for row in rows:
            self._deliver(row)
        return len(rows)

    def deliver_these(self, ids: Collection[int]) -> None:
        """Send those of these rows that are due, in this thread; then let go of every connection."""
        for row in due_letters(self.store, now=self.clock()):
            if row.id in ids:
                self._deliver(row)
        for sender in self._open.values():
            sender.close()
        self._open.clear()

    def recover(self) -> int:
        """Rows left `sending` by a process that is dead: they may have gone out. E-mail goes again under its own Message-ID."""
        recovered = 0
        for row in abandoned_letters(self.store, before=self.clock()):
            if row.id in self._under_way:  # by a thread of ours that waits for the store
                continue
            old = row.sending_at < self.clock() - ABANDONED
            if old or (row.claimed_by is not None and is_dead(row.claimed_by)):
                error = Ambiguous("the process that was sending it died", retry_after=0)
                recovered += self._again_later(row, error)
        return recovered

    def _hand_out(self) -> int:
        self._under_way = {row_id: future for row_id, future in self._under_way.items() if not future.done()}
        if self._recover_at is None or self.clock() >= self._recover_at:
            self._recover_at = self.clock() + RECOVER
            self.recover()
        rows = [row for row in due_letters(self.store, now=self.clock()) if row.id not in self._under_way]
        for row in rows:
            pool = self._pools.setdefault(row.via, ThreadPoolExecutor(1, thread_name_prefix=f"deliver {row.via}"))
            self._under_way[row.id] = pool.submit(self._deliver, row)
        return len(rows)

    def _deliver(self, due: sa.Row[Any]) -> None:
        try:
            if asks_for_more(due.payload) and self._is_put_off(due):
                return
            row = claim_letter(self.store, due.id, by=this_process(), now=self.clock())
            if row is not None and not self._insist(lambda: self._drop_if_unwanted(row)):
                self._send(row, row.via)
        except Temporary as error:  # the store: the row stays as it is and is seen to again
            log.warning("delivery_interrupted", outbox_id=due.id, problem=str(error))
        except Exception:
            log.exception("delivery_failed", outbox_id=due.id)

    def _is_put_off(self, row: sa.Row[Any]) -> bool:
        """Whether what a row carries or rewrites is not there yet, or never will be."""
        with self.store.read() as connection:
            hindrance = readiness(connection, row, now=self.clock())
        if hindrance is None:
            return False
        dropped = {"state": DeliveryState.DROPPED, "reason": hindrance.reason} if isinstance(hindrance, Moot) else {}
        later = {} if isinstance(hindrance, Moot) else {"not_before": hindrance.at}
        with self.store.write() as connection:
            change_letters(connection, [row.id], (DeliveryState.PENDING,), **dropped, **later)
        return True

    def _send(self, row: sa.Row[Any], via: str) -> None:
        try:
            sent = self._attempt(row, via)
        except Exception as error:
            self._note_failure(row, via, error)
        else:
            if sent is None:
                self._insist(lambda: self._note_unknown(row))
                return
            self._insist(lambda: self._note_sent(row, sent.external_id))
            self._note_well(via)

    def _attempt(self, row: sa.Row[Any], via: str) -> Sent | None:
        """Hand it to its provider; what may have gone out already is looked up first. None: nobody can tell, and a customer
        must not get it twice."""
        sender, letter = self._sender(via), outgoing_whole(self.store, row)
        if row.payload.get("maybe_sent"):
            found = sender.find(letter)
            if found is not None or (_is_to_customer(row) and not getattr(sender, "repeats", True)):
                return found
        return sender.send(letter)

    def _note_failure(self, row: sa.Row[Any], via: str, error: Exception) -> None:
        if isinstance(error, Permanent) and not isinstance(error, LoginRefused):
            self._insist(lambda: self._give_up(row, str(error), unwelcome=isinstance(error, Unwelcome)))
        elif isinstance(error, Temporary | LoginRefused):
            self._insist(lambda: self._again_later(row, error))
            if not isinstance(error, Ambiguous):
                self._note_trouble(via, error)
        else:
            log.error("sender_failed", outbox_id=row.id, via=via, exc_info=error)
            unknown = Temporary(f"{type(error).__name__} (see the log)")
            self._insist(lambda: self._again_later(row, unknown))

    def _insist(self, write: Callable[[], Outcome]) -> Outcome:
        """Do what a claimed row asks of the store, again and again while that is away: a row left `sending` would be sent
        again. Raises Temporary only when told to stop."""
        while True:
            try:
                return write()
            except Temporary as error:
                log.warning("store_away", problem=str(error))
                if self.stop.wait(STORE_AWAY):
                    raise

    def _sender(self, via: str) -> Sender:
        sender = self._open.get(via)
        if sender is None:
            made = self.senders[via]() if via in self.senders else None
            if made is None:
                raise Permanent(f"nothing can send through {via}", cure=f"give channels.{via} an smtp server")
            sender = self._open[via] = made
        return sender

    def _note_trouble(self, via: str, error: VentanillaError) -> None:
        """A refused login stops this way out: `status` says so, and a person is told once. The rows stay and are tried again."""
        self._well.discard(via)
        channel, now = _channel_of(via), self.clock()
        cure = getattr(error, "cure", "")
        refused = isinstance(error, LoginRefused)
        with self.store.write() as connection:
            paused = note_trouble(
                connection,
                channel,
                SENDING,
                problem=f"sending: {error}",
                cure=cure,
                pause=refused,
                retry_at=now + back_off(1),
                now=now,
            )
        if paused:
            self.tell_trouble(channel, f"sending: {error}", cure)

    def _note_well(self, via: str) -> None:
        """Once, at its first success: the trouble may have been a process's before this one."""
        if via not in self._well:
            with self.store.write() as connection:
                note_well(connection, _channel_of(via), SENDING, now=self.clock())
            self._well.add(via)

    def _drop_if_unwanted(self, row: sa.Row[Any]) -> bool:
        with self.store.read() as connection:
            reason = self.still_wanted(connection, row)
        if reason is None:
            return False
        with self.store.write() as connection:
            finish_letter(connection, row, DeliveryState.DROPPED, reason=reason)
        return True

    def _note_sent(self, row: sa.Row[Any], external_id: str | None) -> None:
        now = self.clock()
        journal = Journal(now=now, actor=ACTOR)
        with self.store.write() as connection:
            done = finish_letter(connection, row, DeliveryState.SENT, sent_at=now, external_id=external_id)
            if done and row.kind == OutboxKind.NOTICE:
                _note_notified(connection, row, now)
                journal.add(EventKind.NOTICE_SENT, **_ids(row))
            elif done:
                journal.add(EventKind.DELIVERY, data={"state": "sent"}, **_ids(row))
            if done:
                follows = self.failed if has_failed(connection, row.id) else self.sent
                follows(connection, row, journal)
            missing = follow_up(connection, row) if done else None
            if missing is not None:
                put_letter(connection, missing, now=now)
            self.welcome(connection, row, journal, True)
            journal.flush(connection)
        log.info("sent", outbox_id=row.id, kind=row.kind, via=row.via)

    def _again_later(self, row: sa.Row[Any], error: VentanillaError) -> bool:
        if row.attempts >= MOST_TRIES:
            return self._give_up(row, f"not delivered in {row.attempts} attempts: {error}")
        asked = getattr(error, "retry_after", None)
        wait = back_off(row.attempts) if asked is None else timedelta(seconds=asked)
        known = {"payload": {**row.payload, "maybe_sent": True}} if isinstance(error, Ambiguous) else {}
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

    def _give_up(self, row: sa.Row[Any], reason: str, *, unwelcome: bool = False) -> bool:
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

    def _note_unknown(self, row: sa.Row[Any]) -> bool:
        journal = Journal(now=self.clock(), actor=ACTOR)
        reason = "it may have gone out; it is not sent again by itself"
        with self.store.write() as connection:
            changed = finish_letter(connection, row, DeliveryState.UNKNOWN, reason=reason)
            if changed:
                journal.add(EventKind.DELIVERY, data={"state": "unknown"}, **_ids(row))
                if row.kind == OutboxKind.REPLY:
                    self.failed(connection, row, journal)
            journal.flush(connection)
        log.error("may_have_gone_out", outbox_id=row.id, via=row.via)
        return changed


def _channel_of(via: str) -> str:
    """The row of `channels` on which a way out's trouble is written down."""
    return STAFF_BOT if via == STAFF_TELEGRAM else via


def _is_to_customer(row: sa.Row[Any]) -> bool:
    """Whether a customer gets it: a bot's greeting is one too, its answers to the staff are not."""
    greets = row.kind == OutboxKind.SERVICE and row.agent is None and row.via != STAFF_TELEGRAM
    return greets or row.kind in TO_CUSTOMERS


def still_theirs(connection: sa.Connection, row: sa.Row[Any]) -> str | None:
    """Why a notice, or a recording that follows one, is moot: its case has another owner by now, or nobody waits any more.
    None when it still tells news."""
    tells = row.kind == OutboxKind.NOTICE or "answers_row" in row.payload
    if not tells or row.conversation_id is None:
        return None
    query = sa.select(conversations.c.assignment_number, conversations.c.waiting_since, conversations.c.owned)
    case = connection.execute(query.where(conversations.c.id == row.conversation_id)).one()
    if case.owned is None or case.assignment_number != row.assignment_number:
        return "the case has another owner by now"
    return None if case.waiting_since is not None else "the case was answered meanwhile"


def _note_notified(connection: sa.Connection, row: sa.Row[Any], now: datetime) -> None:
    this = (assignments.c.conversation_id == row.conversation_id) & (assignments.c.number == row.assignment_number)
    connection.execute(sa.update(assignments).where(this, assignments.c.notified_at.is_(None)).values(notified_at=now))


def _ids(row: sa.Row[Any]) -> dict[str, Any]:
    return {"outbox_id": row.id, "conversation_id": row.conversation_id, "agent": row.agent}
