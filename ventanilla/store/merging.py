"""Two cases that are one, and two again: what the survivor takes over, and what brings the absorbed one back. Decides nothing.

Messages stay where they are: a case and what was merged into it are one family, and `merged_into` names the survivor itself, never
a case that was merged in turn. `before_merge` is what the absorbed one was, and what the survivor was without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.agents import shift_load
from ventanilla.store.assignments import Grant, add_assignment
from ventanilla.store.conversations import change_facts, lock_case, open_turn
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import collaborators, conversations, messages
from ventanilla.store.turns import REPLIED, leave, stamp_first_response, stop_waiting
from ventanilla.words import OWNED_STATES, CaseState, Direction, EventKind, Kind, Priority

MERGED, UNMERGED = "merged", "unmerged"
_OF_CASE = ("state", "waiting_since", "due_at", "line_since", "closed_at", "wait_until", "pinned")
_OF_SURVIVOR = ("waiting_since", "due_at", "first_message_at", "kind", "priority", "promise")
_WEIGHT = {
    str(word): weight
    for weight, word in enumerate((Kind.SUGGESTION, Kind.QUERY, Kind.REQUEST, Kind.CLAIM, Kind.COMPLAINT))
}
_URGENCY = {str(word): weight for weight, word in enumerate(Priority)}
_ADD_COLLABORATOR = insert_ignoring(collaborators, collaborators.c.agent)


def absorb(connection: sa.Connection, case: sa.Row[Any], into: sa.Row[Any], journal: Journal, *, agent: str) -> bool:
    """Merge a case into another, both locked: nobody owns it any more, and the survivor has waited since the earlier of the two.
    Returns whether that opened the survivor's turn."""
    absorbed = _repoint(connection, case.id, into.id)
    before = {
        **_kept(case, _OF_CASE),
        "at": journal.now.isoformat(),
        "absorbed": absorbed,
        "collaborators": _copy_collaborators(connection, case.id, into.id),
        "survivor": _kept(into, _OF_SURVIVOR),
    }
    columns = {"merged_into": into.id, "before_merge": before, "closed_at": None}
    if case.owned:
        data = {"into": into.id}
        leave(connection, case, journal, to=CaseState.MERGED, outcome=MERGED, agent=agent, data=data, **columns)
    else:
        values = {"state": CaseState.MERGED, **columns}
        connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
        change = {"from": case.state, "to": str(CaseState.MERGED), "into": into.id}
        journal.add(EventKind.CASE_STATE, conversation_id=case.id, agent=agent, data=change)
    brought = {"absorbed": case.id, "received_at": case.first_message_at.isoformat()}
    if case.waiting_since is not None:
        brought["waiting_since"] = case.waiting_since.isoformat()
    journal.add(EventKind.CASE_MERGED, conversation_id=into.id, agent=agent, data=brought)
    return _take_over(connection, case, into, journal)


def bring_back(
    connection: sa.Connection, case: sa.Row[Any], into: sa.Row[Any], journal: Journal, *, grant: Grant, agent: str
) -> sa.Row[Any]:
    """Undo a merge, both cases locked: the absorbed one is as it was, under a new assignment if somebody had it, and waits unless
    it was answered meanwhile. What came since stays with the survivor. Returns its row."""
    before = case.before_merge
    family = [row.id for row in connection.execute(sa.select(conversations.c.id).where(_family(into.id)))]
    own = [case.id, *before["absorbed"]]
    connection.execute(
        sa.update(conversations)
        .where(conversations.c.id.in_(before["absorbed"]), conversations.c.merged_into == into.id)
        .values(merged_into=case.id)
    )
    since = _moment(before["waiting_since"])
    merged_at = datetime.fromisoformat(before["at"])
    waits = _still_waits(connection, own, family, since, merged_at) if since is not None else None
    if since is not None and waits != since:
        _note_answer_meanwhile(connection, case, into, _answers(own, family, since, merged_at), since, journal)
    _come_back(connection, case, journal, grant=grant, agent=agent, waits=waits)
    journal.add(EventKind.CASE_UNMERGED, conversation_id=into.id, agent=agent, data={"back": case.id})
    rest = [each for each in family if each not in own]
    _give_up(connection, case, into, rest, family, journal, agent=agent)
    return lock_case(connection, case.id)


def _take_over(connection: sa.Connection, case: sa.Row[Any], into: sa.Row[Any], journal: Journal) -> bool:
    values = {
        "first_message_at": min(case.first_message_at, into.first_message_at),
        "last_message_at": max(case.last_message_at, into.last_message_at),
        "first_response_at": _earliest(case.first_response_at, into.first_response_at),
    }
    connection.execute(sa.update(conversations).where(conversations.c.id == into.id).values(values))
    kind = max(case.kind, into.kind, key=lambda word: _WEIGHT[word])
    priority = max(case.priority, into.priority, key=lambda word: _URGENCY[word])
    change_facts(connection, into, journal, kind=kind, priority=priority)
    if case.waiting_since is None:
        return False
    due = _earliest(case.due_at, into.due_at)
    opened = open_turn(connection, lock_case(connection, into.id), journal, at=case.waiting_since, due_at=due)
    if not opened and due != into.due_at:
        _set_due(connection, into.id, due)
    return opened


def _note_answer_meanwhile(
    connection: sa.Connection,
    case: sa.Row[Any],
    into: sa.Row[Any],
    answers: sa.ColumnElement[bool],
    since: datetime,
    journal: Journal,
) -> None:
    """The answer that the case got while it was the survivor's: its turn ended with that, and it may have been the first."""
    reply = connection.execute(
        sa.select(messages).where(answers).order_by(messages.c.replied_at, messages.c.id).limit(1)
    ).one_or_none()
    if reply is None:
        return
    ids = {"conversation_id": case.id, "message_id": reply.id, "agent": reply.agent}
    data = {"outcome": REPLIED, "since": since.isoformat(), "answered_in": into.id}
    journal.add(EventKind.TURN_CLOSED, at=reply.replied_at, data=data, **ids)
    if case.first_response_at is None:
        first = {"first_response_at": reply.replied_at}
        connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(first))


def _come_back(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, grant: Grant, agent: str, waits: datetime | None
) -> None:
    before, state = case.before_merge, CaseState(case.before_merge["state"])
    values: dict[str, Any] = {"merged_into": None, "before_merge": None, "state": state}
    if state in OWNED_STATES:
        values |= {"owner": grant.agent, "owned": 1, "assignment_number": case.assignment_number + 1}
        values |= {"waiting_since": waits, "due_at": _moment(before["due_at"]) if waits else None}
        values |= {"pinned": bool(before["pinned"]) and grant.agent == case.owner}
        if waits is not None and before.get("line_since"):
            values |= {"line_since": _moment(before["line_since"])}
            grant = replace(grant, in_line=True, accepted=False)
        if state is CaseState.WAITING_THIRD_PARTY:
            values |= {"wait_until": _moment(before["wait_until"])}
        elif waits is None:
            values |= {"state": CaseState.WAITING_CUSTOMER}
    elif state is CaseState.CLOSED:
        values |= {"closed_at": _moment(before["closed_at"])}
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    change = {"from": str(CaseState.MERGED), "to": str(values["state"])}
    journal.add(EventKind.CASE_STATE, conversation_id=case.id, agent=agent, data=change)
    if state not in OWNED_STATES:
        return
    add_assignment(connection, case.id, case.assignment_number + 1, grant, journal, team=case.team)
    if waits is not None:
        shift_load(connection, {grant.agent: 1})
        journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=waits, data={"by": UNMERGED})


def _give_up(
    connection: sa.Connection,
    case: sa.Row[Any],
    into: sa.Row[Any],
    rest: Sequence[int],
    family: Sequence[int],
    journal: Journal,
    *,
    agent: str,
) -> None:
    """The survivor without what it had taken over; what a person changed since stays."""
    before = case.before_merge
    was = before["survivor"]
    values = {"first_message_at": max(into.first_message_at, _moment(was["first_message_at"]) or into.first_message_at)}
    connection.execute(sa.update(conversations).where(conversations.c.id == into.id).values(values))
    change_facts(connection, into, journal, kind=was["kind"], priority=was["priority"], promise=was["promise"])
    gone = (collaborators.c.conversation_id == into.id) & collaborators.c.agent.in_(before["collaborators"])
    connection.execute(sa.delete(collaborators).where(gone))
    own_turn = _moment(was["waiting_since"])
    if into.waiting_since is not None and into.waiting_since == _moment(before["waiting_since"]) != own_turn:
        waits = _still_waits(connection, rest, family, own_turn, datetime.fromisoformat(before["at"]))
        now_is = lock_case(connection, into.id)
        if waits is None:
            stop_waiting(connection, now_is, journal, at=journal.now, outcome=UNMERGED, agent=agent)
        else:
            connection.execute(
                sa.update(conversations).where(conversations.c.id == into.id).values(waiting_since=waits)
            )
            journal.add(EventKind.TURN_OPENED, conversation_id=into.id, at=waits, data={"moved": UNMERGED})
            _set_due(connection, into.id, _moment(was["due_at"]) or into.due_at)
    if into.first_response_at == case.first_response_at:
        stamp_first_response(connection, into.id)


def _still_waits(
    connection: sa.Connection, cases: Sequence[int], family: Sequence[int], since: datetime | None, merged_at: datetime
) -> datetime | None:
    """Since when the first message of these cases waits that came in from `since` on and that no answer has seen; a turn that has
    no message waits on unless something was said after its start. `since` None: they did not wait when they were merged."""
    start = since or merged_at
    said = sa.select(messages.c.id, messages.c.received_at).where(
        messages.c.conversation_id.in_(cases), messages.c.direction == Direction.IN, messages.c.edits.is_(None)
    )
    rows = connection.execute(said.where(messages.c.received_at >= start).order_by(messages.c.received_at)).all()
    answers = connection.scalars(sa.select(messages.c.answers).where(_answers(cases, family, start, merged_at))).all()
    if not rows:
        return None if answers else since
    seen = max((answer or 0 for answer in answers), default=0)
    return next((row.received_at for row in rows if row.id > seen), None)


def _answers(
    cases: Sequence[int], family: Sequence[int], since: datetime, merged_at: datetime
) -> sa.ColumnElement[bool]:
    """What answered these cases from `since` on: what was said in them, and from the merge on in all of the family."""
    theirs = messages.c.conversation_id.in_(cases) & (messages.c.replied_at >= since)
    everybodys = messages.c.conversation_id.in_(family) & (messages.c.replied_at >= max(since, merged_at))
    return (messages.c.direction == Direction.OUT) & (theirs | everybodys)


def _repoint(connection: sa.Connection, case_id: int, into_id: int) -> list[int]:
    """What had been merged into the absorbed case is the survivor's from now on; returns which cases those are."""
    theirs = conversations.c.merged_into == case_id
    ids = list(connection.scalars(sa.select(conversations.c.id).where(theirs).order_by(conversations.c.id)))
    connection.execute(sa.update(conversations).where(theirs).values(merged_into=into_id))
    return ids


def _copy_collaborators(connection: sa.Connection, case_id: int, into_id: int) -> list[str]:
    """Whoever works on the absorbed case works on the survivor too; returns who is new there."""
    rows = connection.execute(sa.select(collaborators).where(collaborators.c.conversation_id == case_id)).all()
    add = _ADD_COLLABORATOR[connection.dialect.name]
    copies = [{**row._mapping, "conversation_id": into_id} for row in rows]
    return [row["agent"] for row in copies if connection.execute(add, row).first() is not None]


def _set_due(connection: sa.Connection, case_id: int, due: datetime | None) -> None:
    connection.execute(sa.update(conversations).where(conversations.c.id == case_id).values(due_at=due))


def _family(case_id: int) -> sa.ColumnElement[bool]:
    return (conversations.c.id == case_id) | (conversations.c.merged_into == case_id)


def _kept(case: sa.Row[Any], columns: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(case, name) for name in columns}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _earliest(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((each for each in (one, other) if each is not None), default=None)
