"""The delivery loop: claims what is due in the outbox and hands it to its sender. Knows no vendor and writes no text.

What became of it is written down by `book`; whether a way out works by `way_out`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import sqlalchemy as sa
import structlog

from connectors.book import Book, Recorded, Welcome, is_to_customer
from connectors.insisting import Outcome, insist
from connectors.letters import Moot, asks_for_more, outgoing_whole, readiness
from connectors.way_out import WaysOut
from ventanilla.channel import Outgoing, Sender, Sent
from ventanilla.errors import Ambiguous, LoginRefused, Permanent, Temporary, TooSoon, Unwelcome, VentanillaError
from ventanilla.processes import is_dead, is_elsewhere, this_process
from ventanilla.store.channels import TellTrouble
from ventanilla.store.engine import Store
from ventanilla.store.outbox import (
    MAYBE_SENT,
    abandoned_letters,
    change_letters,
    claim,
    claim_letter,
    due_letters,
    finish_letter,
    keep_claims,
)
from ventanilla.store.tables import conversations
from ventanilla.words import DeliveryState, OutboxKind

log = structlog.get_logger(__name__)

IDLE = 0.25
MOST_QUEUED = 50
"""Rows of one way out that wait for its thread at most."""
RECOVER = timedelta(seconds=5)
SILENT = timedelta(seconds=60)
"""A process of another machine that has said nothing of its letters for so long counts as dead: it says so every RECOVER."""
ABANDONED = timedelta(minutes=10)
TRIES_WITHOUT_FILE = 5
"""A file may be on a disk that is being mounted; it is not waited for longer than a minute or so."""

StillWanted = Callable[[sa.Connection, sa.Row[Any]], str | None]
"""Why a row must not go out after all (its case has moved on, its channel observes); None when it may."""

_CASE = sa.select(conversations.c.assignment_number, conversations.c.waiting_since, conversations.c.owned).where(
    conversations.c.id == sa.bindparam("case")
)


def _nobody_asks(*_: object) -> None:
    """Where nobody wants to know."""


@dataclass(slots=True, kw_only=True)
class Deliverer:
    """Sends what is due, one thread for each way out, until told to stop. Several may run, on several machines.

    `failed`, `sent` and `welcome` are called in the transaction that records how a row ended, see `Book`.
    """

    store: Store
    senders: Mapping[str, Callable[[], Sender | None]]
    still_wanted: StillWanted
    failed: Recorded
    tell_trouble: TellTrouble
    clock: Callable[[], datetime]
    welcome: Welcome = _nobody_asks
    sent: Recorded = _nobody_asks
    stop: threading.Event = field(default_factory=threading.Event)
    _book: Book = field(init=False)
    _ways: WaysOut = field(init=False)
    _pools: dict[str, ThreadPoolExecutor] = field(default_factory=dict)
    _open: dict[str, Sender] = field(default_factory=dict)
    _recover_at: datetime | None = None
    _under_way: dict[str, dict[int, Future[None]]] = field(default_factory=dict)
    _doubtful: set[int] = field(default_factory=set)  # rows of which no answer told whether we have claimed them
    _resting: dict[str, datetime] = field(default_factory=dict)  # ways out whose provider wants nothing until then

    def __post_init__(self) -> None:
        self._book = Book(store=self.store, clock=self.clock, failed=self.failed, sent=self.sent, welcome=self.welcome)
        self._ways = WaysOut(store=self.store, clock=self.clock, tell_trouble=self.tell_trouble)

    def run(self) -> None:
        """Until `stop`: hand out what is due; then finish what is under way. Never raises."""
        while not self.stop.is_set():
            handed_out = 0
            try:
                handed_out = self._hand_out()
            except Temporary as error:
                log.warning("outbox_not_read", problem=str(error))
            except Exception:
                log.exception("outbox_not_read")
            if not handed_out:
                self.stop.wait(IDLE)
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
        self._let_go()

    def deliver_due(self) -> int:
        """Send everything that is due now, in this thread; return how many rows were tried."""
        rows = due_letters(self.store, now=self.clock())
        for row in rows:
            self._deliver(row)
        return len(rows)

    def deliver_these(self, ids: Collection[int]) -> None:
        """Send those of these rows that are due, in this thread; then let go of every connection."""
        for row in due_letters(self.store, now=self.clock(), only=ids):
            self._deliver(row)
        self._let_go()

    def recover(self) -> int:
        """Rows left `sending` by a process that is dead: they may have gone out. E-mail goes again under its own Message-ID.
        Those that we claimed without being told so have not gone out, and wait again."""
        recovered = 0
        for row in abandoned_letters(self.store, before=self.clock()):
            if row.id in self._under_way.get(row.via, ()):  # by a thread of ours that waits for the store
                continue
            if row.id in self._doubtful and row.claimed_by == this_process():
                recovered += self._book.take_back(row)  # nobody sends before the claim is answered
                continue
            silent = SILENT if is_elsewhere(row.claimed_by) else ABANDONED
            if row.sending_at < self.clock() - silent or is_dead(row.claimed_by):
                error = Ambiguous("the process that was sending it died", retry_after=0)
                recovered += self._book.again_later(row, error)
        return recovered

    def _hand_out(self) -> int:
        for via, rows in self._under_way.items():
            self._under_way[via] = {number: future for number, future in rows.items() if not future.done()}
        if self._recover_at is None or self.clock() >= self._recover_at:
            self._recover_at = self.clock() + RECOVER
            if any(self._under_way.values()):
                keep_claims(self.store, by=this_process(), now=self.clock())
            self.recover()
        busy = {via: list(rows) for via, rows in self._under_way.items()}
        resting = [via for via in self._resting if self._rests(via)]
        due = due_letters(self.store, now=self.clock(), each=MOST_QUEUED, under_way=busy, resting=resting)
        for row in due:
            pool = self._pools.setdefault(row.via, ThreadPoolExecutor(1, thread_name_prefix=f"deliver {row.via}"))
            self._under_way.setdefault(row.via, {})[row.id] = pool.submit(self._deliver, row)
        return len(due)

    def _deliver(self, due: sa.Row[Any]) -> None:
        if self._rests(due.via):
            return
        try:
            if asks_for_more(due.payload) and self._is_put_off(due):
                return
            row = self._claimed(due.id)
            if row is not None:
                self._see_to(row)
        except Temporary as error:  # the store: the row stays as it is and is seen to again
            log.warning("delivery_interrupted", outbox_id=due.id, problem=str(error))
        except Exception:
            log.exception("delivery_failed", outbox_id=due.id)

    def _claimed(self, number: int) -> sa.Row[Any] | None:
        """The row, ours to send. None when it is not, or must not go out, which is written down with the claim.

        Whoever gives a reason not to send it has committed before, and is seen; or commits after this, and finds it claimed.
        """
        claimed, reason = None, None
        was_doubtful = number in self._doubtful  # by a claim before this one, which the store may still be committing
        self._doubtful.add(number)  # until an answer tells
        try:
            with self.store.write() as connection:
                claimed = claim(connection, number, by=this_process(), now=self.clock())
                reason = None if claimed is None else self.still_wanted(connection, claimed)
                if claimed is not None and reason is not None and claimed.kind != OutboxKind.REPLY:
                    finish_letter(connection, claimed, DeliveryState.DROPPED, reason=reason)
        except Temporary:
            raise
        except Exception as error:  # nobody can say whether it may go out: it is written down, and tried later
            claimed = claim_letter(self.store, number, by=this_process(), now=self.clock())
            self._note_answered(number, claimed, was_doubtful)
            if claimed is not None:
                self._note_unready(claimed, error)
            return None
        self._note_answered(number, claimed, was_doubtful)
        if claimed is None or reason is None:
            return claimed
        if claimed.kind == OutboxKind.REPLY:  # somebody wrote it and believes that it goes out: they are told
            self._insist(partial(self._book.give_up, claimed, reason))
        return None

    def _note_answered(self, number: int, claimed: sa.Row[Any] | None, was_doubtful: bool) -> None:
        if claimed is not None or not was_doubtful:
            self._doubtful.discard(number)

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

    def _see_to(self, row: sa.Row[Any]) -> None:
        """A claimed row: make it whole, hand it over, write down what became of it. A store that is away is no attempt."""
        try:
            letter = self._insist(lambda: outgoing_whole(self.store, row))
        except Temporary:
            raise
        except Exception as error:
            self._note_unready(row, error)
            return
        try:
            sent = self._attempt(row, letter)
        except Exception as error:
            self._note_failure(row, error)
            return
        if sent is None:
            self._insist(lambda: self._book.note_unknown(row))
            return
        self._insist(lambda: self._book.note_sent(row, sent))
        self._ways.note_well(row.via)

    def _attempt(self, row: sa.Row[Any], letter: Outgoing) -> Sent | None:
        """Hand it to its provider; what may have gone out already is looked up first. None: nobody can tell, and a customer
        must not get it twice."""
        sender = self._sender(row.via)
        if row.payload.get(MAYBE_SENT):
            found = sender.find(letter)
            if found is not None or (is_to_customer(row) and not getattr(sender, "repeats", True)):
                return found
        return sender.send(letter)

    def _note_failure(self, row: sa.Row[Any], error: Exception) -> None:
        if isinstance(error, TooSoon):
            if error.is_whole:
                self._resting[row.via] = self.clock() + timedelta(seconds=error.retry_after or 1.0)
            self._insist(lambda: self._book.put_off(row, error))
        elif isinstance(error, Permanent) and not isinstance(error, LoginRefused):
            reason = f"{error}; {error.cure}" if error.cure else str(error)
            self._insist(lambda: self._book.give_up(row, reason, unwelcome=isinstance(error, Unwelcome)))
        elif isinstance(error, Temporary | LoginRefused):
            self._insist(lambda: self._book.again_later(row, error))
            if not isinstance(error, Ambiguous):
                self._ways.note_trouble(row.via, error)
        else:
            self._note_bug(row, error)

    def _note_unready(self, row: sa.Row[Any], error: Exception) -> None:
        """It could not be put together, so nothing went out."""
        if isinstance(error, Permanent):
            self._note_failure(row, error)
            return
        if not isinstance(error, OSError):
            self._note_bug(row, error)
            return
        lost = Temporary("a file that goes with it is not where the store keeps its files (the folder `blobs`)")
        if row.attempts < TRIES_WITHOUT_FILE:
            self._insist(lambda: self._book.again_later(row, lost))
        else:
            self._insist(lambda: self._book.give_up(row, f"{lost}; write it again without that file"))

    def _note_bug(self, row: sa.Row[Any], error: Exception) -> None:
        log.error("sender_failed", outbox_id=row.id, via=row.via, exc_info=error)
        puzzle: VentanillaError = Temporary(f"{type(error).__name__} (see the log)")
        self._insist(lambda: self._book.again_later(row, puzzle))

    def _insist(self, write: Callable[[], Outcome]) -> Outcome:
        return insist(write, self.stop)

    def _sender(self, via: str) -> Sender:
        sender = self._open.get(via)
        if sender is None:
            made = self.senders[via]() if via in self.senders else None
            if made is None:
                raise Permanent(f"nothing can send through {via}", cure=f"give channels.{via} an smtp server")
            sender = self._open[via] = made
        return sender

    def _rests(self, via: str) -> bool:
        until = self._resting.get(via)
        return until is not None and self.clock() < until

    def _let_go(self) -> None:
        for sender in self._open.values():
            sender.close()
        self._open.clear()


def still_theirs(connection: sa.Connection, row: sa.Row[Any]) -> str | None:
    """Why a notice, or a recording that follows one, is moot: its case has another owner by now, or nobody waits any more.
    None when it still tells news."""
    tells = row.kind == OutboxKind.NOTICE or "answers_row" in row.payload
    if not tells or row.conversation_id is None:
        return None
    case = connection.execute(_CASE, {"case": row.conversation_id}).one()
    if case.owned is None or case.assignment_number != row.assignment_number:
        return "the case has another owner by now"
    return None if case.waiting_since is not None else "the case was answered meanwhile"
