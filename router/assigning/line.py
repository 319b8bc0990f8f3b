"""Moves cases on: the waiting line drains nearest due first, and what waits on us leaves whoever has gone off duty."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.assigning.passing import FROM_LINE, OWNER_OFF_DUTY, contact_of, is_gone, pass_to_somebody
from router.assigning.presence import keep_presence
from router.house import House
from ventanilla.store.acceptances import passed_by
from ventanilla.store.agents import lock_agents
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.nearest_due import NEAREST_DUE
from ventanilla.store.tables import absences, agents, assignments, contacts, conversations

_LOOKED_AT = (
    *(conversations.c[name] for name in ("id", "team", "owner", "skills", "languages")),
    contacts.c.restricted_to,
)


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
    with store.read() as connection:
        passed = passed_by(connection, [case.id for case in cases]) if cases else {}
    for case in cases:
        asks = (*_asks(case, reason), passed.get(case.id))
        if asks in nobody_for:
            continue
        with store.write() as connection:
            handed_on = _hand_on(connection, house, case.id, reason, journal)
            journal.flush(connection)
        if handed_on is False:
            nobody_for.add(asks)
        moved += handed_on is True
    return moved


def _asks(case: sa.Row[Any], reason: str) -> tuple[object, ...]:
    """What decides whether somebody can be found: the team, what a rule demands, for the absent who covers for them, whose alone
    the customer is. (And who has passed it on.)"""
    absent = case.owner if reason == OWNER_OFF_DUTY else None
    return case.team, frozenset(case.skills), frozenset(case.languages), absent, case.restricted_to


def ensure_present_owner(
    connection: sa.Connection, house: House, case: sa.Row[Any], contact: sa.Row[Any], journal: Journal
) -> sa.Row[Any]:
    """The case with an owner who is there: unchanged if theirs is, or if nobody else can take it. The caller holds its lock."""
    if not is_gone(connection, house, case, contact, journal):
        return case
    if pass_to_somebody(connection, house, case, contact, OWNER_OFF_DUTY, journal):
        return lock_case(connection, case.id)
    return case


def leave_agent(connection: sa.Connection, house: House, agent: str, reason: str, journal: Journal) -> int:
    """Hand over everything an agent owns, waiting or not (they have left); return how many cases moved.

    Whoever takes it is another person even when nobody is on duty: the duty list holds it then.
    """
    moved = 0
    lock_cases_of(connection, [agent])
    lock_agents(connection)
    for case_id in _owned_by(connection, [agent]):
        case = lock_case(connection, case_id)
        contact = contact_of(connection, case)
        moved += pass_to_somebody(connection, house, case, contact, reason, journal, must=True)
    return moved


def lock_cases_of(connection: sa.Connection, names: Sequence[str]) -> None:
    """Lock the open cases of these people, before anybody's own row is: a hand-over of many waits for no other, nor they for it."""
    if connection.dialect.name != "sqlite":
        owned = conversations.c.id.in_(_owned_by(connection, names))
        connection.execute(sa.select(conversations.c.id).where(owned).order_by(conversations.c.id).with_for_update())


def _owned_by(connection: sa.Connection, names: Sequence[str]) -> Sequence[int]:
    mine = sa.select(conversations.c.id).where(conversations.c.owner.in_(names), conversations.c.owned == 1)
    return connection.scalars(mine.order_by(conversations.c.id)).all()


def _in_line(store: Store, limit: int) -> Sequence[sa.Row[Any]]:
    query = (
        sa.select(*_LOOKED_AT)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .where(conversations.c.line_since.is_not(None), conversations.c.owned == 1)
        .order_by(*NEAREST_DUE)
        .limit(limit)
    )
    with store.read() as connection:
        return connection.execute(query).all()


def _of_absent(store: Store, house: House, journal: Journal, limit: int) -> Sequence[sa.Row[Any]]:
    shortest = min((team.away_grace for team in house.config.teams.values()), default=timedelta(0))
    away = (
        (absences.c.agent == agents.c.name)
        & (absences.c.starts_at <= journal.now)
        & sa.or_(absences.c.ends_at.is_(None), absences.c.ends_at > journal.now)
    )
    covered = sa.exists().where(away, absences.c.cover.is_not(None))
    theirs_alone = (contacts.c.restricted_to == agents.c.name) & sa.not_(sa.exists().where(away))
    its_own = (assignments.c.conversation_id == conversations.c.id) & (assignments.c.is_open == 1)
    given_while_off = conversations.c.pinned & (assignments.c.assigned_at >= agents.c.duty_since)
    query = (
        sa.select(*_LOOKED_AT)
        .join(agents, agents.c.name == conversations.c.owner)
        .join(contacts, contacts.c.id == conversations.c.contact_id)
        .join(assignments, its_own)
        .where(
            sa.func.coalesce(sa.not_(theirs_alone), sa.true()), sa.func.coalesce(sa.not_(given_while_off), sa.true())
        )
        .where(
            conversations.c.owned == 1, conversations.c.waiting_since.is_not(None), conversations.c.line_since.is_(None)
        )
        .where(sa.not_(agents.c.on_duty), sa.or_(agents.c.duty_since < journal.now - shortest, covered))
        .order_by(*NEAREST_DUE)
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
    contact = contact_of(connection, case)
    if reason == OWNER_OFF_DUTY and not is_gone(connection, house, case, contact, journal):
        return None
    return pass_to_somebody(connection, house, case, contact, reason, journal)
