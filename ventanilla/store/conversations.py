"""Cases: opening one, finding it again, opening a turn, linking two. What is written in them is in messages.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.channel import Party
from ventanilla.keys import new_key
from ventanilla.store.agents import shift_load
from ventanilla.store.assignments import Grant, add_assignment
from ventanilla.store.contacts import has_no_case, note_case, note_last_owner
from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.once import forget, note, noted, once
from ventanilla.store.tables import conversation_links, conversations, participants
from ventanilla.words import CaseState, EventKind, Origin

_OVER = (CaseState.RESOLVED, CaseState.CLOSED)
_BY_ID = sa.select(conversations).where(conversations.c.id == sa.bindparam("case_id"))
_LOCK = _BY_ID.with_for_update()
_OPEN = sa.insert(conversations).returning(conversations)
_ADD_LINK = insert_ignoring(conversation_links, conversation_links.c.conversation_id)
_CHATS = sa.select(conversations).where(
    conversations.c.channel == sa.bindparam("channel"),
    conversations.c.account == sa.bindparam("account"),
    conversations.c.address == sa.bindparam("address"),
    conversations.c.conversational,
)
_OPEN_CHAT = _CHATS.where(conversations.c.owned == 1).with_for_update()
_LAST_CHAT = (
    _CHATS.where(conversations.c.state.in_((CaseState.RESOLVED, CaseState.CLOSED, CaseState.MERGED)))
    .order_by(sa.func.coalesce(conversations.c.resolved_at, conversations.c.last_message_at).desc())
    .order_by(conversations.c.id.desc())
    .limit(1)
    .with_for_update()
)
_ELSEWHERE = (
    sa.select(conversations.c.id)
    .where(conversations.c.contact_id == sa.bindparam("contact"), conversations.c.owned == 1)
    .where(conversations.c.id != sa.bindparam("but"))
    .where(
        sa.or_(
            conversations.c.channel != sa.bindparam("channel"),
            sa.and_(conversations.c.conversational, conversations.c.account != sa.bindparam("account")),
        )
    )
    .order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
    .limit(sa.bindparam("most"))
)
_BESIDE = (
    sa.select(conversations.c.key, conversations.c.owner)
    .where(conversations.c.contact_id == sa.bindparam("contact"), conversations.c.owned == 1)
    .where(conversations.c.id != sa.bindparam("but"), conversations.c.owner != sa.bindparam("owner"))
    .order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
    .limit(sa.bindparam("most"))
)
_EARLIER = conversations.alias("earlier")
_CAME_BEFORE = (
    sa.select(_EARLIER.c.key)
    .join(conversation_links, conversation_links.c.other_id == _EARLIER.c.id)
    .where(conversation_links.c.conversation_id == sa.bindparam("case_id"), _EARLIER.c.id < sa.bindparam("case_id"))
    .where(_EARLIER.c.state.in_(_OVER))
    .order_by(_EARLIER.c.id.desc())
    .limit(sa.bindparam("most"))
)
_BY_KEY = sa.select(conversations).where(conversations.c.key == sa.bindparam("key"))


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What a case begins with. `address` is the customer's on `account` of ours; a `conversational` case is where everything
    else belongs that comes from there, while it is open."""

    channel: str
    team: str
    contact_id: int
    subject: str
    language: str
    first_message_at: datetime
    due_at: datetime | None
    waits: bool = True
    waits_since: datetime | None = None
    account: str = ""
    address: str = ""
    conversational: bool = False
    promise: str | None = None
    priority: str = "normal"
    kind: str = "query"
    skills: Sequence[str] = ()
    languages: Sequence[str] = ()
    tags: Sequence[str] = ()
    origin: Origin = Origin.CUSTOMER
    split_from: int | None = None


_COLUMNS = tuple(name for name in NewCase.__dataclass_fields__ if name not in ("waits", "waits_since", "split_from"))


def open_case(connection: sa.Connection, new: NewCase, grant: Grant, journal: Journal) -> sa.Row[Any]:
    """Open a case with its owner, its open turn and its key, all at once; return its row. One in which nobody `waits` yet waits for
    its customer."""
    since = (new.waits_since or new.first_message_at) if new.waits else None
    values = {
        **{name: getattr(new, name) for name in _COLUMNS},
        "skills": list(new.skills),
        "languages": list(new.languages),
        "tags": list(new.tags),
        "key": new_key(),
        "state": CaseState.OPEN if new.waits else CaseState.WAITING_CUSTOMER,
        "owner": grant.agent,
        "owned": 1,
        "assignment_number": 1,
        "pinned": grant.pinned,
        "created_at": journal.now,
        "last_message_at": new.first_message_at,
        "waiting_since": since,
        "line_since": journal.now if grant.in_line else None,
    }
    case = connection.execute(_OPEN, values).one()
    begins = {"conversation_id": case.id, "channel": new.channel, "at": new.first_message_at}
    journal.add(EventKind.CASE_OPENED, data=_as_opened(new), **begins)
    if since is not None:
        journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=since)
    add_assignment(connection, case.id, 1, grant, journal, team=new.team, load=int(since is not None))
    note(connection, ("came before", case.id), ())
    note(connection, ("untold", case.id), value=True)
    note_case(connection, new.contact_id, case.id)
    note_last_owner(connection, new.contact_id, grant.agent)
    return case


def first_telling(connection: sa.Connection, case_id: int) -> bool:
    """Whether it is certain without looking that its owner was told nothing of a case before: it was opened in this transaction.
    Asked a second time it is not."""
    untold = bool(noted(connection, ("untold", case_id)))
    note(connection, ("untold", case_id), value=False)
    return untold


def _as_opened(new: NewCase) -> dict[str, Any]:
    """What its clocks are chosen by, as it began."""
    data: dict[str, Any] = {
        "team": new.team,
        "kind": str(new.kind),
        "priority": str(new.priority),
        "tags": list(new.tags),
        "promise": new.promise,
        "origin": str(new.origin),
        "waits": new.waits,
    }
    return data if new.split_from is None else {**data, "split_from": new.split_from}


def change_facts(connection: sa.Connection, case: sa.Row[Any], journal: Journal, **columns: Any) -> bool:
    """Change what a case (locked) is about or whose: its kind, priority, tags, team or promise. Whether anything changed.

    The event names what is new and what it was before; its clocks are counted by that from then on.
    """
    new = {name: value for name, value in columns.items() if getattr(case, name) != value}
    if not new:
        return False
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(new))
    data = {**new, "was": {name: getattr(case, name) for name in new}}
    journal.add(EventKind.CASE_CHANGED, conversation_id=case.id, data=data)
    return True


def reopen_case(
    connection: sa.Connection,
    case: sa.Row[Any],
    grant: Grant,
    journal: Journal,
    *,
    at: datetime,
    due_at: datetime | None,
) -> sa.Row[Any]:
    """A resolved case whose customer wrote again: owned once more, with a new turn from `at`. Returns its new row."""
    number = case.assignment_number + 1
    values = {
        "state": CaseState.OPEN,
        "owner": grant.agent,
        "owned": 1,
        "assignment_number": number,
        "first_message_at": _first_message_at(case, at),
        "last_message_at": max(at, case.last_message_at),
        "waiting_since": at,
        "due_at": due_at,
        "line_since": journal.now if grant.in_line else None,
        "pinned": grant.pinned,
        "resolution": None,
        "closed_at": None,
    }
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    _note_turn(journal, case, at)
    add_assignment(connection, case.id, number, grant, journal, team=case.team, load=1)
    note_last_owner(connection, case.contact_id, grant.agent)
    return lock_case(connection, case.id)


def open_turn(
    connection: sa.Connection, case: sa.Row[Any], journal: Journal, *, at: datetime, due_at: datetime | None
) -> bool:
    """The customer waits on us from `at`, unless they do already (more messages restart no turn). Whether a turn opened.
    A case that waits for a third party still does, and its owner is still reminded on the date."""
    opens = case.waiting_since is None
    values: dict[str, Any] = {"last_message_at": max(at, case.last_message_at)}
    if opens:
        state = CaseState.OPEN if case.state != CaseState.WAITING_THIRD_PARTY else CaseState.WAITING_THIRD_PARTY
        values |= {"waiting_since": at, "due_at": due_at, "state": state}
        shift_load(connection, {case.owner: 1})
        _note_turn(journal, case, at, state=state)
    elif at < case.waiting_since:  # routed out of order: the customer has waited since the earlier one
        values |= {"waiting_since": at, "due_at": due_at}
        moved = {"moved": "earlier message routed later"}
        journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=at, data=moved)
    values["first_message_at"] = _first_message_at(case, at)
    connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(values))
    return opens


def _first_message_at(case: sa.Row[Any], at: datetime) -> datetime:
    """What one of us began has its first message when its customer first waits for us: mere thanks start no clock."""
    ours_alone = case.origin == Origin.STAFF and case.first_message_at == case.created_at
    return at if ours_alone else min(at, case.first_message_at)


def _note_turn(journal: Journal, case: sa.Row[Any], at: datetime, *, state: CaseState = CaseState.OPEN) -> None:
    if case.state != state:
        data = {"from": case.state, "to": state}
        journal.add(EventKind.CASE_STATE, conversation_id=case.id, at=at, data=data)
    journal.add(EventKind.TURN_OPENED, conversation_id=case.id, at=at)


def lock_case(connection: sa.Connection, case_id: int) -> sa.Row[Any]:
    """The case's row, locked until the transaction ends."""
    return connection.execute(_LOCK, {"case_id": case_id}).one()


def case_by_key(connection: sa.Connection, key: str) -> sa.Row[Any] | None:
    """The case with this key (in its shown form); None if there is none."""
    return connection.execute(_BY_KEY, {"key": key}).one_or_none()


def open_chat(connection: sa.Connection, *, channel: str, account: str, address: str) -> sa.Row[Any] | None:
    """The case that this address's next message on this account continues, locked; None without an open one."""
    facts = {"channel": channel, "account": account, "address": address}
    return connection.execute(_OPEN_CHAT, facts).one_or_none()


def last_chat(connection: sa.Connection, *, channel: str, account: str, address: str) -> sa.Row[Any] | None:
    """The latest case of this address on this account that was resolved, closed or merged, locked; None if there is none."""
    facts = {"channel": channel, "account": account, "address": address}
    return connection.execute(_LAST_CHAT, facts).one_or_none()


def open_cases_elsewhere(connection: sa.Connection, case: sa.Row[Any], *, limit: int = 20) -> Sequence[int]:
    """Ids of the open cases that this case's customer has on another channel, or in a chat on another account of ours. The
    latest first, so many at most. Takes no lock."""
    if has_no_case(connection, case.contact_id, but=case.id):
        return ()
    facts = {"contact": case.contact_id, "but": case.id, "channel": case.channel, "account": case.account}
    return connection.scalars(_ELSEWHERE, facts | {"most": limit}).all()


def beside(connection: sa.Connection, case: Any, *, limit: int = 3) -> tuple[tuple[str, str], ...]:
    """Key and owner of open cases of the same customer that somebody else answers for, the latest first. Takes no lock."""
    if has_no_case(connection, case.contact_id, but=case.id):
        return ()
    facts = {"contact": case.contact_id, "but": case.id, "owner": case.owner, "most": limit}
    return tuple((row.key, row.owner) for row in connection.execute(_BESIDE, facts))


def came_before(connection: sa.Connection, case_id: int, *, limit: int = 3) -> tuple[str, ...]:
    """Keys of cases that are over and that this one was linked to when it began, the latest first."""
    facts = {"case_id": case_id, "most": limit}
    return once(connection, ("came before", case_id), lambda: tuple(connection.scalars(_CAME_BEFORE, facts)))


def takes_part(connection: sa.Connection, case_id: int, party: Party, contact_id: int | None) -> bool:
    """Whether this address, or its contact, has written in that case or in what was merged into it."""
    family = sa.select(conversations.c.id).where(
        sa.or_(conversations.c.id == case_id, conversations.c.merged_into == case_id)
    )
    if contact_id is not None:
        theirs = family.where(conversations.c.contact_id == contact_id)
        if connection.execute(theirs).first() is not None:
            return True
    query = sa.select(participants.c.conversation_id).where(
        participants.c.conversation_id.in_(family),
        participants.c.kind == party.kind,
        participants.c.value == party.address,
    )
    return connection.execute(query).first() is not None


def link_cases(connection: sa.Connection, case_id: int, other_id: int, *, reason: str, journal: Journal) -> None:
    """Note that two cases have to do with each other; nothing is merged. A repeat does nothing."""
    forget(connection, ("came before", case_id))
    row = {"conversation_id": case_id, "other_id": other_id, "reason": reason, "created_at": journal.now}
    if connection.execute(_ADD_LINK[connection.dialect.name], row).first() is not None:
        journal.add(EventKind.CASE_LINKED, conversation_id=case_id, data={"other": other_id, "reason": reason})
