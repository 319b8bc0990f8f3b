"""What our own people sent past this service, as a mail client's answer or a call from our number: it counts like any other.

Runs in the routing transaction. Automatic mail, copies of what this service sent and what went to nobody outside never count.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House, is_first_turn
from router.moves.accept import note_accepted
from router.moves.base import Move
from router.past_us.matching import CALL, Found, find_answered, names_unknown
from router.past_us.own_copies import OwnCopy, learn_id, own_copy, own_copy_by_words
from router.past_us.whose import Credit, credit
from router.replies.answered import settle_answer
from router.replies.holding import hold_pending_replies
from ventanilla.channel import Message
from ventanilla.store.conversations import lock_case
from ventanilla.store.events import Journal
from ventanilla.store.inbox import settle
from ventanilla.store.messages import Received, remember_refs
from ventanilla.store.past_us import add_ours, await_refs, wake_awaiting
from ventanilla.store.tables import conversations, messages
from ventanilla.store.turns_late import count_answer, ended_after
from ventanilla.words import CallOutcome, Direction, EventKind, InboxState, Side, Verdict

PATIENCE = timedelta(seconds=20)
"""How long a mail waits for the one that it answers, which another folder may bring a moment later; or a copy, for its original to
be written down as sent: that would undo what is learnt from it."""
FOREIGN = "no address of ours"
"""Stands in the reason of a mail in Sent whose From is not known for one of ours: a person should look at that."""
UNMATCHED = "own: answers no case that is known"
_TURN = (
    sa.select(messages.c.id, messages.c.external_id, messages.c.received_at)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(
        sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
    )
    .where(messages.c.direction == Direction.IN, messages.c.edits.is_(None))
    .where(messages.c.received_at >= sa.bindparam("since"))
    .order_by(messages.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What an answer ends of an open turn: everything up to the message `upto`, at the moment `at`. `upto` None: nothing."""

    at: datetime
    upto: int | None = None


def place_ours(connection: sa.Connection, house: House, one: Received, journal: Journal) -> InboxState:
    """Settle a ledger row that one of us sent: routed into the case it answers, whose turn it ends; a duplicate of what this
    service sent; or screened. Left pending for a moment where the message that it answers has not been routed yet.

    The caller holds the row's lock and those of the addresses it went to.
    """
    row, message = one.row, one.message
    copy = own_copy(connection, house, message) if message.medium != CALL else None
    is_young = journal.now - row.pulled_at < PATIENCE
    if copy is not None and copy.is_under_way and is_young:
        return InboxState.PENDING
    if copy is not None:
        return _note_copy(connection, one, copy, journal)
    if message.screening.verdict is not Verdict.ACCEPT and row.released_by is None:
        reason = message.screening.reason or str(message.screening.verdict)
        return _set_aside(connection, one, reason, journal, verdict=message.screening.verdict)
    written = _written_at(one)
    if is_young and names_unknown(connection, message):
        return InboxState.PENDING
    found = find_answered(connection, house, row.channel, message, at=written)
    if found is None:
        await_refs(connection, row.id, (message.external_id, *message.in_reply_to, *message.references))
        return _set_aside(connection, one, UNMATCHED, journal, verdict=Verdict.OWN)
    copy = own_copy_by_words(connection, found.case.id, message, at=written) if message.medium != CALL else None
    if copy is not None:
        return _note_copy(connection, one, copy, journal)
    _place(connection, house, one, found, journal, written=written)
    settle(connection, row.id, InboxState.ROUTED, now=journal.now)
    return InboxState.ROUTED


def _place(
    connection: sa.Connection, house: House, one: Received, found: Found, journal: Journal, *, written: datetime
) -> None:
    message, case = one.message, found.case
    settings = house.config.teams.get(case.team)
    team = {case.owner, *((*settings.members, *settings.duty) if settings else ())}
    whose = credit(message, house.config.agents, team)
    is_reply = found.to_customer and message.call_outcome in (None, CallOutcome.REACHED)
    ended_before = None
    if is_reply and case.waiting_since is None:
        journal.flush(connection)  # what ended the turn may have come in the same batch
        ended_before = ended_after(connection, case.id, at=written)
    since = ended_before.since if ended_before else case.waiting_since
    ends = _ended_by(connection, case, since, message, written, filed=one.row.received_at) if is_reply else None
    side = Side.PROVIDER if message.medium == CALL else Side.MAILBOX
    made = add_ours(
        connection,
        case,
        one,
        journal,
        agent=whose.agent,
        side=side,
        answers=ends.upto if ends else None,
        replied_at=ends.at if ends and ends.upto is None else None,
    )
    if message.medium != CALL:
        known = (*message.in_reply_to, *message.references) if found.to_customer else ()
        remember_refs(connection, case.id, [message.external_id], own=True)
        remember_refs(connection, case.id, known)
        wake_awaiting(connection, [message.external_id], journal)  # it may have come back before it was filed
    _note(journal, one, case, made, found, whose, side=side, at=ends.at if ends else written)
    if whose.agent is not None:
        move = Move(connection=connection, house=house, journal=journal, agent=whose.agent, side=side)
        note_accepted(move.connection, case, move.agent, move.journal)
    if ends is None or ends.upto is None:
        return
    if ended_before is not None:
        due = house.due(case, ended_before.since, first=is_first_turn(case))
        count_answer(connection, case, made, ended_before, journal, at=ends.at, due_at=due)
    elif settle_answer(connection, house, lock_case(connection, case.id), made, journal, at=ends.at):
        hold_pending_replies(connection, house, case, journal, by=whose.agent, at=ends.at)


def _written_at(one: Received) -> datetime:
    """The mail's own time; when it was filed, where it names none or one that had not come yet."""
    filed: datetime = one.row.received_at
    return filed if one.message.sent_at is None else min(one.message.sent_at, filed)


def _ended_by(
    connection: sa.Connection,
    case: sa.Row[Any],
    since: datetime | None,
    message: Message,
    written: datetime,
    *,
    filed: datetime,
) -> Answered:
    """What it answers of the turn that began at `since`: the messages that it names, and all that had come before it was written.

    A clock that runs behind would have it answer before it was asked: then it counts from when it was filed.
    """
    if since is None:
        return Answered(at=written)
    turn: list[Any] = list(connection.execute(_TURN, {"case_id": case.id, "since": since}))
    named = {*message.in_reply_to, *message.references}
    answered = [said for said in turn if said.external_id in named]
    upto = max((said.id for said in turn if said.received_at <= written or said in answered), default=None)
    asked = max((said.received_at for said in answered), default=written)
    return Answered(at=written if written >= asked else max(filed, asked), upto=upto)


def _note(
    journal: Journal,
    one: Received,
    case: sa.Row[Any],
    made: sa.Row[Any],
    found: Found,
    whose: Credit,
    *,
    side: Side,
    at: datetime,
) -> None:
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": whose.agent}
    data = {"side": str(side), "how": found.how, "credited_by": whose.how, "to_customer": found.to_customer}
    kind = EventKind.MESSAGE_SENT
    if one.message.call_outcome is not None:
        kind, data = EventKind.CALLED, {**data, "outcome": str(one.message.call_outcome)}
    journal.add(kind, at=at, channel=one.row.channel, inbox_id=one.row.id, message_id=made.id, data=data, **ids)


def _note_copy(connection: sa.Connection, one: Received, copy: OwnCopy, journal: Journal) -> InboxState:
    """It counts no second time; the id that its provider gave it leads to its case."""
    learnt = "; its new id is learnt" if learn_id(connection, copy, one.message) else ""
    settle(connection, one.row.id, InboxState.DUPLICATE, now=journal.now, reason=f"{copy.reason}{learnt}")
    return InboxState.DUPLICATE


def _set_aside(
    connection: sa.Connection, one: Received, reason: str, journal: Journal, *, verdict: Verdict
) -> InboxState:
    settle(connection, one.row.id, InboxState.SCREENED, now=journal.now, reason=reason)
    data = {"verdict": str(verdict)}
    journal.add(EventKind.MESSAGE_SCREENED, inbox_id=one.row.id, channel=one.row.channel, data=data)
    return InboxState.SCREENED
