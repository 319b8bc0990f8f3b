"""Passes a case on: to whoever the policy names, with the events, the notice and the word to whoever had it. The caller says why
it moves and holds its lock.

Lock order, as everywhere: the case, then agents in the order of their names; the former owner is among the candidates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from router.assigning.acceptance import accept_by
from router.assigning.policy import Choice
from router.assigning.responsible import Wanted, choose_responsible
from router.assigning.restricted import is_theirs_alone
from router.house import House
from router.notices.rewriting import tell_handed_over
from router.notices.writing import write_notice
from ventanilla.errors import Conflict
from ventanilla.store.acceptances import open_assignment, passed_by
from ventanilla.store.agents import cover_of
from ventanilla.store.assignments import Grant, hand_over, leave_line
from ventanilla.store.conversations import lock_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, contacts
from ventanilla.words import EventKind

ACTOR = "sweeper"
OWNER_OFF_DUTY = "owner_off_duty"
COVER = "cover"
FROM_LINE = "line"
_CONTACT = sa.select(contacts).where(contacts.c.id == sa.bindparam("contact_id"))
_OWNER = sa.select(agents).where(agents.c.name == sa.bindparam("agent"))


def contact_of(connection: sa.Connection, case: sa.Row[Any]) -> sa.Row[Any]:
    """The customer of a case."""
    return connection.execute(_CONTACT, {"contact_id": case.contact_id}).one()


def is_gone(connection: sa.Connection, house: House, case: sa.Row[Any], contact: sa.Row[Any], journal: Journal) -> bool:
    """Whether a case's owner has been off duty for longer than the team's grace, or is away with somebody covering.

    Whom a person gave the case while they were off duty is expected back: they count as gone when they next go. What is one
    named person's alone waits for them, unless they are away.
    """
    owner = connection.execute(_OWNER, {"agent": case.owner}).one()
    if owner.on_duty or is_theirs_alone(connection, contact, case.owner, now=journal.now):
        return False
    if case.pinned and owner.duty_since and open_assignment(connection, case).assigned_at >= owner.duty_since:
        return False
    if cover_of(connection, owner.name, now=journal.now) is not None:
        return True
    grace = house.config.teams[case.team].away_grace if case.team in house.config.teams else timedelta(0)
    return owner.duty_since is None or journal.now - owner.duty_since > grace


def pass_to_somebody(
    connection: sa.Connection,
    house: House,
    case: sa.Row[Any],
    contact: sa.Row[Any],
    reason: str,
    journal: Journal,
    *,
    must: bool = False,
    passing: frozenset[str] = frozenset(),
) -> bool:
    """Give the case to whoever the policy names, unless that is nobody in particular (then only if it must leave). Whoever has
    passed it on in this turn, or does so now (`passing`), gets it last. Whether it moved."""
    passed = passing | passed_by(connection, [case.id]).get(case.id, frozenset())
    cover = cover_of(connection, case.owner, now=journal.now) if reason == OWNER_OFF_DUTY else None
    concerned = (case.owner, cover) if cover else (case.owner,)
    wanted = _wanted(case, contact, passed, concerned, journal)
    grant, choice = choose_responsible(connection, house, wanted, now=journal.now, actor=ACTOR)
    if cover is not None and cover not in passed:
        by_when = accept_by(house, case.team, cover, now=journal.now)
        grant, reason = replace(grant, agent=cover, reason=COVER, in_line=False, accept_by=by_when), COVER
    if not _goes(case, grant, choice, must=must):
        return False
    if grant.agent == case.owner:  # they have room for what they only held: nobody else is concerned
        leave_line(connection, case, journal, pinned=case.pinned, accept_by=grant.accept_by)
        return True
    why = reason if reason != FROM_LINE else grant.reason
    decision = {**grant.decision, "occasion": reason, "policy": grant.reason}
    try:
        hand_over(connection, case, replace(grant, reason=why, decision=decision), journal)
    except Conflict:
        return False
    if case.pinned:
        journal.add(EventKind.UNPINNED, conversation_id=case.id, agent=case.owner, data={"reason": reason})
    tell_those_concerned(connection, house, case, journal, to=grant.agent)
    return True


def tell_those_concerned(
    connection: sa.Connection, house: House, case: sa.Row[Any], journal: Journal, *, to: str
) -> None:
    """After a hand-over: whoever had the case (`case` is as it was before) sees who has it, and whoever has it now is told that
    its customer waits."""
    tell_handed_over(connection, house, case, journal, to=to)
    if case.waiting_since is not None and to != case.owner:
        write_notice(connection, house, lock_case(connection, case.id), journal)


def _wanted(
    case: sa.Row[Any], contact: sa.Row[Any], passed: frozenset[str], concerned: tuple[str, ...], journal: Journal
) -> Wanted:
    return Wanted(
        team=case.team,
        contact=contact,
        language=case.language,
        skills=frozenset(case.skills),
        languages=frozenset(case.languages),
        waited=journal.now - case.waiting_since if case.waiting_since else timedelta(0),
        exclude_case=case.id,
        concerned=concerned,
        passed_by=passed,
    )


def _goes(case: sa.Row[Any], grant: Grant, choice: Choice, *, must: bool) -> bool:
    if grant.agent == case.owner:
        return case.line_since is not None and not must and not grant.in_line
    present_holder = choice.in_line and not choice.silent and case.line_since is None
    return must or present_holder or not grant.in_line
