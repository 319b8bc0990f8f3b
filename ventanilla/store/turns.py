"""The end of a customer's wait: closing a turn, opening it again where the answer never arrived, ending a case. Decides nothing.

A turn runs from the first unanswered message to the next answer by one of us. `conversations.waiting_since` is the open one;
the message that ended one keeps its start and due time, so that it can be opened again as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.agents import shift_load
from ventanilla.store.assignments import release
from ventanilla.store.conversations import lock_case, open_turn
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, messages
from ventanilla.words import OWNED_STATES, CaseState, Direction, EventKind, Resolution

REPLIED = "replied"
Due = Callable[[datetime], datetime | None]
"""When a turn that begins at this moment is due; None where nothing is promised."""
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_WAITING = (
    sa.select(messages.c.id, messages.c.received_at)
    .where(messages.c.conversation_id.in_(_FAMILY), messages.c.direction == Direction.IN)
    .where(messages.c.edits.is_(None), messages.c.received_at >= sa.bindparam("since"))
    .order_by(messages.c.received_at, messages.c.id)
)
_ANSWER = messages.alias("answer")
_ANSWERS = sa.select(_ANSWER.c.id).where(
    _ANSWER.c.conversation_id.in_(_FAMILY),
    _ANSWER.c.direction == Direction.OUT,
    _ANSWER.c.replied_at.is_not(None),
    sa.or_(
        messages.c.id <= _ANSWER.c.answers,
        sa.and_(_ANSWER.c.answers.is_(None), messages.c.received_at <= _ANSWER.c.replied_at),
    ),
)
_UNANSWERED = sa.select(sa.func.min(messages.c.received_at)).where(
    messages.c.conversation_id.in_(_FAMILY), messages.c.direction == Direction.IN, messages.c.edits.is_(None)
)
_UNANSWERED = _UNANSWERED.where(~sa.exists(_ANSWERS.correlate(messages)))
_FIRST_REPLY = sa.select(sa.func.min(messages.c.replied_at)).where(
    messages.c.conversation_id.in_(_FAMILY), messages.c.turn_since.is_not(None)
)


def close_turn(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    message: sa.Row[Any],
    at: datetime,
    answers: int | None,
    due: Due,
) -> bool:
    """One of us answered at `at`: stamp that on `message` (a row of ours) and end the customer's wait; whether it ended.

    `answers` is the newest customer's message that the author had seen: what came after it still waits, in a turn of its own
    `due` from when it came in. A message that answers nothing of the open turn ends no turn; one that a person opened by hand
    has no messages, and whatever is said after its start ends it. The caller holds the case's lock; a repeat changes nothing.
    """
    waits = case.state in OWNED_STATES and case.waiting_since is not None
    said = connection.execute(_WAITING, {"case_id": case.id, "since": case.waiting_since}).all() if waits else []
    unseen = [row for row in said if answers is None or row.id > answers]
    ends = waits and (len(unseen) < len(said) or (not said and at >= case.waiting_since))
    stamped: dict[str, Any] = {"replied_at": at, "sent_at": at}
    if ends:
        stamped |= {"turn_since": case.waiting_since, "turn_due_at": case.due_at}
    mine = (messages.c.id == message.id) & messages.c.replied_at.is_(None)
    if connection.execute(sa.update(messages).where(mine).values(stamped)).rowcount != 1 or not ends:
        return False
    first = {} if case.first_response_at is not None else {"first_response_at": at}
    data = {"outcome": REPLIED, "since": case.waiting_since.isoformat()}
    _stop_waiting(connection, case, journal, at=at, message_id=message.id, agent=message.agent, data=data, **first)
    _note_answered(connection, case, journal, at=at, agent=message.agent)
    if unseen:
        since = unseen[0].received_at
        open_turn(connection, lock_case(connection, case.id), journal, at=since, due_at=due(since))
    return True


def restore_turn(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, message: sa.Row[Any], reason: str
) -> bool:
    """What had ended a turn never arrived: the customer has waited since its start. Whether a turn was opened again.

    Where another answer of ours went out for the same turn (`next_answer`), that one ended it instead. Otherwise the case must be
    open (the caller reopens one that was ended since). It is locked; a repeat changes nothing.
    """
    if not _unstamp(connection, message) or message.turn_since is None:
        return False
    ids = {"conversation_id": case.id, "message_id": message.id, "agent": message.agent}
    journal.add(EventKind.TURN_RESTORED, data={"reason": reason, "since": message.turn_since.isoformat()}, **ids)
    heir = next_answer(connection, case, message)
    if message.conversation_id != case.id:
        _restore_merged(connection, case, journal, message=message, heir=heir, reason=reason)
    if heir is not None:
        kept = {"turn_since": message.turn_since, "turn_due_at": message.turn_due_at}
        connection.execute(sa.update(messages).where(messages.c.id == heir.id).values(kept))
        data = {"outcome": REPLIED, "since": message.turn_since.isoformat()}
        ids = {"conversation_id": case.id, "message_id": heir.id, "agent": heir.agent}
        journal.add(EventKind.TURN_CLOSED, at=heir.replied_at, data=data, **ids)
    _forget_first(connection, case, message)
    if heir is not None:
        return False
    open_turn(connection, lock_case(connection, case.id), journal, at=message.turn_since, due_at=message.turn_due_at)
    return True


def _restore_merged(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    message: sa.Row[Any],
    heir: sa.Row[Any] | None,
    reason: str,
) -> None:
    """The answer was given in a case that was merged into this one since. There too it ended nothing, and should the merge be
    undone, its customer waits there."""
    data = {"reason": reason, "since": message.turn_since.isoformat(), "into": case.id}
    ids = {"conversation_id": message.conversation_id}
    journal.add(EventKind.TURN_RESTORED, data=data, message_id=message.id, agent=message.agent, **ids)
    if heir is not None:
        data = {"outcome": REPLIED, "since": message.turn_since.isoformat(), "answered_in": case.id}
        journal.add(EventKind.TURN_CLOSED, at=heir.replied_at, data=data, message_id=heir.id, agent=heir.agent, **ids)
        return
    absorbed = lock_case(connection, message.conversation_id)
    before = absorbed.before_merge
    if before is None or before["waiting_since"] or message.replied_at > datetime.fromisoformat(before["at"]):
        return
    due = message.turn_due_at.isoformat() if message.turn_due_at is not None else None
    state = before["state"] if before["state"] == CaseState.WAITING_THIRD_PARTY else CaseState.OPEN
    before = {**before, "waiting_since": message.turn_since.isoformat(), "due_at": due, "state": str(state)}
    changed = sa.update(conversations).where(conversations.c.id == absorbed.id)
    connection.execute(changed.values(before_merge=before))


def forget_answer(connection: sa.Connection, case: sa.Row[Any], message: sa.Row[Any], journal: Journal) -> None:
    """What had ended a turn never arrived, and its case is not to be opened again: it ended nothing, and was no first response.
    A repeat changes nothing."""
    if not _unstamp(connection, message):
        return
    _forget_first(connection, case, message)
    if message.turn_since is None:
        return
    data = {"outcome": str(Resolution.UNANSWERED), "since": message.turn_since.isoformat(), "instead_of": REPLIED}
    for case_id in dict.fromkeys((case.id, message.conversation_id)):
        journal.add(EventKind.TURN_CLOSED, conversation_id=case_id, data=data)


def _unstamp(connection: sa.Connection, message: sa.Row[Any]) -> bool:
    undone = {"replied_at": None, "turn_since": None, "turn_due_at": None}
    mine = (messages.c.id == message.id) & messages.c.replied_at.is_not(None)
    return connection.execute(sa.update(messages).where(mine).values(undone)).rowcount == 1


def _forget_first(connection: sa.Connection, case: sa.Row[Any], message: sa.Row[Any]) -> None:
    """Of the case, and of one that was merged into it since under whose key the answer stands."""
    for case_id in {case.id, message.conversation_id}:
        first = sa.select(conversations.c.first_response_at).where(conversations.c.id == case_id)
        if connection.scalar(first) == message.replied_at:
            stamp_first_response(connection, case_id)


def end_case(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    resolution: Resolution,
    agent: str | None,
    note_id: int | None = None,
    said: Mapping[str, str] | None = None,
) -> None:
    """Resolve an open case: nobody owns it any more. A turn that still waits ends unanswered, or as needing no answer. `note_id`
    is the note that says why, `said` what else stands on record of it: codes."""
    outcome = resolution if resolution is not Resolution.ANSWERED else Resolution.UNANSWERED
    values = {"resolved_at": journal.now, "resolution": resolution}
    data = {"resolution": str(resolution), **({"note": note_id} if note_id is not None else {}), **(said or {})}
    leave(connection, case, journal, to=CaseState.RESOLVED, outcome=outcome, agent=agent, data=data, **values)


def end_as_spam(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, agent: str, note_id: int | None = None
) -> None:
    """An open case was no customer's: nobody owns it any more, and its turn ends as nothing that anybody waited for. The note says
    why."""
    data = {} if note_id is None else {"note": note_id}
    leave(connection, case, journal, to=CaseState.SPAM, outcome=CaseState.SPAM, agent=agent, data=data)


def stop_waiting(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, at: datetime, outcome: str, agent: str | None
) -> None:
    """The customer of an open case waits no more, though nobody answered in it: `outcome` says why (merged, split). The state
    becomes that of a case which waits for its customer, unless it waits for somebody else."""
    data = {"outcome": outcome, "since": case.waiting_since.isoformat()}
    _stop_waiting(connection, case, journal, at=at, message_id=None, agent=agent, data=data)
    _note_answered(connection, case, journal, at=at, agent=agent)


def end_turn_elsewhere(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    reply: sa.Row[Any],
    other: int,
    due: Due,
) -> None:
    """An answer in another case (`reply`, of the case `other`) ended this case's turn when it went out; what its customer wrote
    after that waits on in a turn of its own, `due` from when it came in."""
    at = reply.replied_at
    said = connection.execute(_WAITING, {"case_id": case.id, "since": case.waiting_since}).all()
    later = [row for row in said if row.received_at > at]
    first = {} if case.first_response_at is not None else {"first_response_at": at}
    data = {"outcome": REPLIED, "since": case.waiting_since.isoformat(), "answered_in": other}
    _stop_waiting(connection, case, journal, at=at, message_id=reply.id, agent=reply.agent, data=data, **first)
    _note_answered(connection, case, journal, at=at, agent=reply.agent)
    if later:
        since = later[0].received_at
        open_turn(connection, lock_case(connection, case.id), journal, at=since, due_at=due(since))


def unanswered_since(connection: sa.Connection, case_id: int) -> datetime | None:
    """When the first message of a case (and what was merged into it) came in that no answer's author had seen; None where there is
    none. Of an answer that names nothing they had seen, what came in before it went out counts as seen."""
    found: datetime | None = connection.scalar(_UNANSWERED, {"case_id": case_id})
    return found


def leave(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    to: CaseState,
    outcome: str,
    agent: str | None,
    data: dict[str, Any],
    **columns: Any,
) -> None:
    """End an open case in another state: nobody owns it any more, and a turn that waits ends with this outcome. `data` goes to the
    event, `columns` to the case."""
    if case.waiting_since is not None:
        closed = {"outcome": str(outcome), "since": case.waiting_since.isoformat()}
        _stop_waiting(connection, case, journal, at=journal.now, message_id=None, agent=agent, data=closed)
    release(connection, case, str(to), journal)
    values = {
        "state": to,
        "owned": None,
        "line_since": None,
        "pinned": False,
        "due_at": None,
        "wait_until": None,
        **columns,
    }
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    change = {"from": case.state, "to": str(to), **data}
    journal.add(EventKind.CASE_STATE, conversation_id=case.id, agent=agent, data=change)


def _stop_waiting(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    at: datetime,
    message_id: int | None,
    agent: str | None,
    data: dict[str, Any],
    **columns: Any,
) -> None:
    values = {"waiting_since": None, "due_at": None, "line_since": None, **columns}
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    shift_load(connection, {case.owner: -1})
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number}
    journal.add(EventKind.TURN_CLOSED, at=at, message_id=message_id, agent=agent, data=data, **ids)
    if case.line_since is not None:
        journal.add(EventKind.LINE_LEFT, agent=case.owner, **ids)


def change_state(
    connection: sa.Connection,
    case: sa.Row[Any],
    journal: Journal,
    *,
    to: CaseState,
    at: datetime,
    agent: str | None,
) -> None:
    """Bring an open case into another state in which somebody answers for it. Where it is in that state nothing is written."""
    if case.state == to:
        return
    values = {"state": to, "wait_until": None}
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    change = {"from": case.state, "to": str(to)}
    journal.add(EventKind.CASE_STATE, at=at, conversation_id=case.id, agent=agent, data=change)


def _note_answered(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, at: datetime, agent: str | None
) -> None:
    """An open case whose customer waits no more waits for them; one that waits for a third party still does."""
    if case.state == CaseState.OPEN:
        change_state(connection, case, journal, to=CaseState.WAITING_CUSTOMER, at=at, agent=agent)


def next_answer(connection: sa.Connection, case: sa.Row[Any], message: sa.Row[Any]) -> sa.Row[Any] | None:
    """The first answer after this one that the customer got and that ended no other turn; None without one."""
    query = (
        sa.select(messages)
        .where(messages.c.conversation_id.in_({case.id, message.conversation_id}), messages.c.id != message.id)
        .where(messages.c.replied_at >= message.turn_since, messages.c.turn_since.is_(None))
        .order_by(messages.c.replied_at, messages.c.id)
        .limit(1)
    )
    return connection.execute(query).one_or_none()


def stamp_first_response(connection: sa.Connection, case_id: int) -> None:
    """Work out afresh when a case was first answered, from the answers that ended a turn of it or of what was merged into it."""
    first = connection.scalar(_FIRST_REPLY, {"case_id": case_id})
    connection.execute(sa.update(conversations).where(conversations.c.id == case_id).values(first_response_at=first))
