"""What becomes of cases as time goes by: what was resolved closes, what waited for others comes back to its owner on its date."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.moves.words import tell
from router.notices.writing import write_alert
from router.texts import spoken_language
from ventanilla.clocks.due import spoken
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations
from ventanilla.store.turns import change_state
from ventanilla.words import CaseState, EventKind


def close_what_is_over(store: Store, house: House, journal: Journal, *, limit: int = 500) -> int:
    """Close what was resolved longer ago than its team's `reopen_within`, as of the moment when that was over; return how many.
    What was opened again meanwhile is left alone; nothing closes with an open turn, for what is resolved has none."""
    with store.write() as connection:
        closed = 0
        for team in connection.scalars(sa.select(conversations.c.team).distinct()).all():
            closed += _close(connection, house, team, journal, limit - closed)
        journal.flush(connection)
    return closed


def wake_what_waited(store: Store, house: House, journal: Journal, *, limit: int = 100) -> int:
    """Whatever waits for somebody else, and whose date has come, waits for its owner again, who is told; return how many."""
    late = sa.select(conversations.c.id).where(conversations.c.wait_until <= journal.now).limit(limit)
    with store.read() as connection:
        ids = connection.scalars(late.order_by(conversations.c.wait_until)).all()
    for case_id in ids:
        with store.write() as connection:
            _wake(connection, house, case_id, journal)
            journal.flush(connection)
    return len(ids)


def _close(connection: sa.Connection, house: House, team: str, journal: Journal, limit: int) -> int:
    window = house.reopen_within(team)
    over = (conversations.c.state == CaseState.RESOLVED) & (conversations.c.resolved_at < journal.now - window)
    query = sa.select(conversations.c.id, conversations.c.resolved_at).where(over, conversations.c.team == team)
    rows: Sequence[Any] = connection.execute(query.order_by(conversations.c.resolved_at).limit(max(limit, 0))).all()
    closed = 0
    for row in rows:
        at = row.resolved_at + window
        same = (conversations.c.state == CaseState.RESOLVED) & (conversations.c.resolved_at == row.resolved_at)
        change = sa.update(conversations).where(conversations.c.id == row.id, same)
        if connection.execute(change.values(state=CaseState.CLOSED, closed_at=at)).rowcount == 1:
            closed += 1
            data = {"from": str(CaseState.RESOLVED), "to": str(CaseState.CLOSED)}
            journal.add(EventKind.CASE_STATE, at=at, conversation_id=row.id, data=data)
    return closed


def _wake(connection: sa.Connection, house: House, case_id: int, journal: Journal) -> None:
    case = lock_case(connection, case_id)
    if case.wait_until is None or case.wait_until > journal.now:
        return
    to = CaseState.OPEN if case.waiting_since is not None else CaseState.WAITING_CUSTOMER
    change_state(connection, case, journal, to=to, at=case.wait_until, agent=None)
    language = house.config.service.language
    when = spoken(case.wait_until, house.zone(), spoken_language(language), now=journal.now)
    write_alert(
        connection,
        house,
        to=[case.owner],
        occasion=f"woken:{case.id}:{case.wait_until.isoformat()}",
        subject=tell(language, "woken_subject", key=case.key),
        body=tell(language, "woken", key=case.key, when=when),
        now=journal.now,
        channel=case.channel,
        case_id=case.id,
    )
