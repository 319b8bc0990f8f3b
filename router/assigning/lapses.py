"""What nobody accepted in time goes to somebody else. Safe to repeat and to run on several machines at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.assigning.acceptance import has_lapsed
from router.assigning.passing import contact_of, pass_to_somebody
from router.house import House
from router.notices.writing import write_alert
from router.texts import phrase
from ventanilla.store.acceptances import open_assignment, overdue_acceptances, stop_asking
from ventanilla.store.assignments import enter_line
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents
from ventanilla.words import EventKind, Role

LAPSED = "acceptance_lapsed"
DECLINED = "declined"
_SUPERVISING = (Role.SUPERVISOR, Role.ADMIN)
_PRESENCE = sa.select(agents.c.on_duty, agents.c.duty_since).where(agents.c.name == sa.bindparam("agent"))


def lapse_acceptances(store: Store, house: House, journal: Journal, *, limit: int = 500) -> int:
    """Hand on every case whose owner, on duty, did not accept it in their team's time; return how many lapsed.

    Each lapse is one event. Where nobody else can take the case, the duty list holds it; it never has nobody.
    """
    with store.read() as connection:
        overdue = overdue_acceptances(connection, now=journal.now, limit=limit)
    lapsed = 0
    for row in overdue:
        with store.write() as connection:
            lapsed += _lapse(connection, house, row.id, journal)
            journal.flush(connection)
    return lapsed


def _lapse(connection: sa.Connection, house: House, case_id: int, journal: Journal) -> bool:
    case = lock_case(connection, case_id)
    if case.owned != 1 or case.waiting_since is None or case.team not in house.config.teams:
        return False
    assignment = open_assignment(connection, case)
    if not _is_overdue(connection, house, case, assignment, now=journal.now):
        return False
    note_passed(connection, house, case, EventKind.ACCEPTANCE_LAPSED, journal)
    return True


def _is_overdue(
    connection: sa.Connection, house: House, case: sa.Row[Any], assignment: sa.Row[Any], *, now: datetime
) -> bool:
    within = house.config.teams[case.team].accept_within
    asked = assignment.accept_by is not None and assignment.accepted_at is None and assignment.accept_by <= now
    owner = connection.execute(_PRESENCE, {"agent": case.owner}).one()
    if not asked or not owner.on_duty:
        return False
    return within is None or has_lapsed(now=now, within=within, on_duty_since=owner.duty_since)


def note_passed(connection: sa.Connection, house: House, case: sa.Row[Any], kind: EventKind, journal: Journal) -> None:
    """The owner of a case (locked) passes it on, by declining it or by not accepting it: the event, and somebody else.

    With nobody else it stays with the duty list, in line until somebody can take it, and whoever supervises is told.
    """
    reason = DECLINED if kind is EventKind.DECLINED else LAPSED
    ids = {"conversation_id": case.id, "assignment_number": case.assignment_number, "agent": case.owner}
    journal.add(kind, **ids)
    contact = contact_of(connection, case)
    passing = frozenset({case.owner})
    if not pass_to_somebody(connection, house, case, contact, reason, journal, must=True, passing=passing):
        stop_asking(connection, case)
        if case.pinned:
            journal.add(EventKind.UNPINNED, conversation_id=case.id, agent=case.owner, data={"reason": reason})
        enter_line(connection, case, journal)
    after = lock_case(connection, case.id)
    if after.line_since is not None or after.owner == case.owner:
        _tell_supervisors(connection, house, case, after.owner, reason, journal)


def supervisors(house: House, *, now: datetime) -> list[str]:
    """Who supervises the house; where nobody does, who reads its digests."""
    today = house.today(now)
    found = [name for name, one in house.config.agents.items() if one.role in _SUPERVISING and one.is_here(today)]
    return found or list(house.config.staff.digest_to)


def _tell_supervisors(
    connection: sa.Connection, house: House, case: sa.Row[Any], holder: str, reason: str, journal: Journal
) -> None:
    language = house.config.service.language
    to = supervisors(house, now=journal.now) or list(house.config.teams[case.team].duty[:1])
    write_alert(
        connection,
        house,
        to=to,
        occasion=f"passed_on:{case.id}:{case.assignment_number}:{reason}",
        subject=phrase(language, "nobody_else_subject", key=case.key),
        body=phrase(language, f"nobody_else_{reason}", key=case.key, agent=case.owner, holder=holder),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
