"""A person gives a case to somebody, or takes it: that stands until that person goes off duty for long, lets it lapse or leaves."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.assigning.acceptance import accept_by
from router.assigning.passing import tell_those_concerned
from router.house import House
from router.moves.base import Move, find_case, require_open, require_part
from router.moves.refusals import Refused
from router.moves.remark import leave_remark
from ventanilla.store.agents import lock_agents, select_members
from ventanilla.store.assignments import Grant, hand_over, leave_line
from ventanilla.store.conversations import lock_case
from ventanilla.store.tables import agents
from ventanilla.words import Role

TRANSFER = "transfer"
TAKEN = "taken"


def transfer(
    move: Move, key: str, to: str, *, note: str | None = None, expected_number: int | None = None
) -> sa.Row[Any]:
    """Give an open case to one of us; return its row as it is then. Its owner, a collaborator or a supervisor may; what waits in
    line, whoever is in its team may take.

    Who has it already keeps it, under the same assignment. To oneself is to take it, and accepts it. The new owner is told if
    its customer waits (see `is_off_duty` for a warning), the former one sees who has it; an answer of theirs that is on its way
    still goes. `note` is for our own people. Raises Refused: also where the case has moved on since `expected_number`.
    """
    case = find_case(move, key)
    require_open(move, case)
    receiver = find_receiver(move, to)
    if expected_number is not None and expected_number != case.assignment_number and case.owner != receiver:
        raise Refused("moved_on", key=case.key, owner=case.owner)
    if receiver != move.agent or not _waits_for(move, case):
        require_part(move, case)
    if case.owner == receiver:
        leave_line(move.connection, case, move.journal, pinned=True)
    else:
        _give(move, case, receiver)
    if note and note.strip():
        leave_remark(move, case, note)
    return lock_case(move.connection, case.id)


def is_off_duty(connection: sa.Connection, agent: str) -> bool:
    """Whether somebody is not there now: what is given to them waits for their return."""
    return not connection.scalar(sa.select(agents.c.on_duty).where(agents.c.name == agent))


def find_receiver(move: Move, to: str) -> str:
    """The name, if they can have cases. Raises Refused."""
    house: House = move.house
    today = house.today(move.now)
    able = [name for name, one in house.config.agents.items() if one.role is not Role.AUDITOR and one.is_here(today)]
    enabled = set(move.connection.scalars(sa.select(agents.c.name).where(agents.c.enabled)))
    if to not in able or to not in enabled:
        raise Refused("no_receiver", agent=to, agents=", ".join(name for name in able if name in enabled))
    return to


def _waits_for(move: Move, case: sa.Row[Any]) -> bool:
    """Whether a case is held in line until somebody of this agent's team takes it."""
    return case.line_since is not None and move.agent in select_members(move.connection, case.team)


def _give(move: Move, case: sa.Row[Any], receiver: str) -> None:
    takes = receiver == move.agent
    lock_agents(move.connection, [case.owner, receiver])
    grant = Grant(
        agent=receiver,
        reason=TAKEN if takes else TRANSFER,
        actor=move.journal.actor,
        config_version=move.house.version,
        pinned=True,
        accept_by=accept_by(move.house, case.team, receiver, now=move.now),
        accepted=takes,
        decision={"side": str(move.side)},
    )
    hand_over(move.connection, case, grant, move.journal)
    tell_those_concerned(move.connection, move.house, case, move.journal, to=receiver)
