"""Moves cases on: the waiting line drains nearest due first, and what waits on us leaves whoever has gone off duty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.notice_edits import tell_handed_over
from router.notices import write_notice
from router.presence import keep_presence
from router.responsible import Wanted, choose_responsible
from ventanilla.errors import Conflict
from ventanilla.store.agents import cover_of
from ventanilla.store.assignments import hand_over
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import absences, agents, contacts, conversations
from ventanilla.words import EventKind

ACTOR = "sweeper"
OWNER_OFF_DUTY = "owner_off_duty"
COVER = "cover"
FROM_LINE = "line"
_LOOKED_AT = tuple(conversations.c[name] for name in ("id", "team", "owner", "skills", "languages"))
_CONTACT = sa.select(contacts).where(contacts.c.id == sa.bindparam("contact_id"))


def drain_line(store: Store, house: House, journal: Journal, *, limit: int = 500) -> int:
    """Hand on what waits in line to whoever can take it now, nearest due first; return how many were handed on.

    One short transaction a case. Safe to run on several machines at once: hand-overs compare and set.
    """
    keep_presence(store, house, journal)
    return _hand_on_each(store, house, _in_line(store, limit), FROM_LINE, journal)


def move_on_from_absent(store: Store, house: House, journal: Journal, *, limit: int = 500) -> int:
    """Hand over what waits on people who are away with somebody covering, or off duty beyond their team's grace, if somebody
    can take it; return how many were handed over."""
    return _hand_on_each(store, house, _of_absent(store, house, journal, limit), OWNER_OFF_DUTY, journal)


def _hand_on_each(store: Store, house: House, cases: Sequence[sa.Row[Any]], reason: str, journal: Journal) -> int:
    """Where nobody could be found for one case, others of its team that ask the same are passed over for this round."""
    moved, nobody_for = 0, set[object]()
    for case in cases:
        asks = _asks(case, reason)
        if asks in nobody_for:
            continue
        with store.write() as connection:
            handed_on = _hand_on(connection, house, case.id, reason, journal)
            journal.flush(connection)
        if handed_on is False:
            nobody_for.add(asks)
        moved += handed_on is True
    return moved


def _asks(case: sa.Row[Any], reason: str) -> object:
    """What decides whether somebody can be found: the team, what a rule demands, and for the absent who covers for them."""
    absent = case.owner if reason == OWNER_OFF_DUTY else None
    return case.team, frozenset(case.skills), frozenset(case.languages), absent


def ensure_present_owner(
    connection: sa.Connection, house: House, case: sa.Row[Any], contact: sa.Row[Any], journal: Journal
) -> sa.Row[Any]:
    """The case with an owner who is there: unchanged if theirs is, or if nobody else can take it. The caller holds its lock."""
    owner = connection.execute(sa.select(agents).where(agents.c.name == case.owner)).one()
    if not is_gone(connection, house, owner, case.team, journal):
        return case
    if _pass_to_somebody(connection, house, case, contact, OWNER_OFF_DUTY, journal):
        return lock_case(connection, case.id)
    return case


def is_gone(connection: sa.Connection, house: House, owner: sa.Row[Any], team: str, journal: Journal) -> bool:
    """Whether somebody has been off duty for longer than the team's grace, or is away with somebody covering."""
    if owner.on_duty:
        return False
    if cover_of(connection, owner.name, now=journal.now) is not None:
        return True
    grace = house.config.teams[team].away_grace if team in house.config.teams else timedelta(0)
    return owner.duty_since is None or journal.now - owner.duty_since > grace


def leave_agent(connection: sa.Connection, house: House, agent: str, reason: str, journal: Journal) -> int:
    """Hand over everything an agent owns, waiting or not (they have left); return how many cases moved.

    Whoever takes it is another person even when nobody is on duty: the duty list holds it then.
    """
    mine = sa.select(conversations.c.id).where(conversations.c.owner == agent, conversations.c.owned == 1)
    moved = 0
    for case_id in connection.scalars(mine.order_by(conversations.c.id)).all():
        case = lock_case(connection, case_id)
        contact = connection.execute(_CONTACT, {"contact_id": case.contact_id}).one()
        moved += _pass_to_somebody(connection, house, case, contact, reason, journal, must=True)
    return moved


def _in_line(store: Store, limit: int) -> Sequence[sa.Row[Any]]:
    nearest_due = (conversations.c.due_at.is_(None), conversations.c.due_at, conversations.c.waiting_since)
    query = (
        sa.select(*_LOOKED_AT)
        .where(conversations.c.line_since.is_not(None), conversations.c.owned == 1)
        .order_by(*nearest_due, conversations.c.id)
        .limit(limit)
    )
    with store.read() as connection:
        return connection.execute(query).all()


def _of_absent(store: Store, house: House, journal: Journal, limit: int) -> Sequence[sa.Row[Any]]:
    shortest = min((team.away_grace for team in house.config.teams.values()), default=timedelta(0))
    covered = sa.exists().where(
        absences.c.agent == agents.c.name,
        absences.c.cover.is_not(None),
        absences.c.starts_at <= journal.now,
        sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > journal.now),
    )
    query = (
        sa.select(*_LOOKED_AT)
        .join(agents, agents.c.name == conversations.c.owner)
        .where(
            conversations.c.owned == 1, conversations.c.waiting_since.is_not(None), conversations.c.line_since.is_(None)
        )
        .where(sa.not_(agents.c.on_duty), sa.or_(agents.c.duty_since < journal.now - shortest, covered))
        .order_by(conversations.c.due_at.is_(None), conversations.c.due_at, conversations.c.waiting_since)
        .limit(limit)
    )
    with store.read() as connection:
        somebody_there = connection.scalar(sa.select(agents.c.name).where(agents.c.on_duty, agents.c.enabled).limit(1))
        return connection.execute(query).all() if somebody_there else []


def _hand_on(connection: sa.Connection, house: House, case_id: int, reason: str, journal: Journal) -> bool | None:
    """True when it was handed on, False when nobody could be found, None when there is no need any more."""
    case = lock_case(connection, case_id)
    still = case.owned == 1 and (case.line_since is not None if reason == FROM_LINE else case.waiting_since is not None)
    if not still or case.team not in house.config.teams:
        return None
    if reason == OWNER_OFF_DUTY:
        owner = connection.execute(sa.select(agents).where(agents.c.name == case.owner)).one()
        if not is_gone(connection, house, owner, case.team, journal):
            return None
    contact = connection.execute(_CONTACT, {"contact_id": case.contact_id}).one()
    return _pass_to_somebody(connection, house, case, contact, reason, journal)


def _pass_to_somebody(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    contact: sa.Row[Any],
    reason: str,
    journal: Journal,
    *,
    must: bool = False,
) -> bool:
    """Give the case to whoever the policy names, unless that is nobody in particular (then only if it must leave)."""
    waited = journal.now - case.waiting_since if case.waiting_since else timedelta(0)
    wanted = Wanted(
        team=case.team,
        contact=contact,
        language=case.language,
        skills=frozenset(case.skills),
        languages=frozenset(case.languages),
        waited=waited,
        exclude_case=case.id,
    )
    grant, choice = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
    cover = cover_of(connection, case.owner, now=journal.now) if reason == OWNER_OFF_DUTY else None
    if cover is not None:
        grant, reason = replace(grant, agent=cover, reason=COVER, in_line=False), COVER
    present_holder = choice.in_line and not choice.silent and grant.agent != case.owner and case.line_since is None
    if grant.in_line and not must and not present_holder:
        return False
    if grant.agent == case.owner and (must or case.line_since is None):
        return False
    why = reason if reason != FROM_LINE else grant.reason
    decision = {**grant.decision, "occasion": reason, "policy": grant.reason}
    try:
        hand_over(connection, case, replace(grant, reason=why, decision=decision), journal)
    except Conflict:
        return False
    if case.pinned:
        journal.add(EventKind.UNPINNED, conversation_id=case.id, agent=case.owner, data={"reason": reason})
    tell_handed_over(connection, house, case, journal, to=grant.agent)
    if case.waiting_since is not None and grant.agent != case.owner:
        write_notice(connection, house, lock_case(connection, case.id), journal)
    return True
