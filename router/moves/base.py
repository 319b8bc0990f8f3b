"""What every move begins with: who moves, from where, and the case as it stands, locked. Decides nothing about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.incoming.matching import survivor
from router.moves.refusals import Refused
from ventanilla.keys import read_key
from ventanilla.store.conversations import case_by_key, lock_case
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, collaborators
from ventanilla.words import OWNED_STATES, CaseState, Role, Side

SUPERVISING = (Role.SUPERVISOR, Role.ADMIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One of us about to do something, inside the caller's write transaction. `journal.actor` is the same agent's name; who
    calls flushes the journal before the commit."""

    connection: sa.Connection
    house: House
    journal: Journal
    agent: str
    side: Side

    @property
    def now(self) -> datetime:
        return self.journal.now

    @property
    def supervises(self) -> bool:
        """Whether they may act on everybody's cases."""
        settings = self.house.config.agents.get(self.agent)
        return settings is not None and settings.role in SUPERVISING


def begin(connection: sa.Connection, house: House, agent: str, side: Side, *, now: datetime) -> Move:
    """A move of this agent. Raises Refused for somebody who is not one of us (any more), or who may only look."""
    row = connection.execute(sa.select(agents).where(agents.c.name == agent)).one_or_none()
    settings = house.config.agents.get(agent)
    if row is None or settings is None or not row.enabled or not settings.is_here(house.today(now)):
        raise Refused("no_such_agent", agent=agent, agents=", ".join(house.config.agents))
    if settings.role is Role.AUDITOR:
        raise Refused("only_looks", agent=agent)
    return Move(connection=connection, house=house, journal=Journal(now=now, actor=agent), agent=agent, side=side)


def find_case(move: Move, key: str) -> sa.Row[Any]:
    """The case of this key as somebody typed it, locked until the transaction ends, whatever its state. Raises Refused."""
    shown = read_key(key)
    if shown is None:
        raise Refused("no_key", key=key)
    case = case_by_key(move.connection, shown)
    if case is None:
        raise Refused("no_such_case", key=shown)
    return lock_case(move.connection, case.id)


def find_both(move: Move, key: str, other_key: str) -> tuple[sa.Row[Any], sa.Row[Any]]:
    """Two cases as in `find_case`, locked in the one order that everybody locks them in. Raises Refused."""
    found = {}
    for typed in (key, other_key):
        shown = read_key(typed)
        row = case_by_key(move.connection, shown) if shown else None
        found[typed] = row.id if row is not None else 0
    for _, typed in sorted({number: typed for typed, number in found.items()}.items()):
        find_case(move, typed)
    return lock_case(move.connection, found[key]), lock_case(move.connection, found[other_key])


def require_open(move: Move, case: sa.Row[Any]) -> None:
    """Raises Refused, saying where the case went or how it is opened again, unless somebody answers for it now."""
    if case.state in OWNED_STATES:
        return
    if case.state == CaseState.MERGED:
        raise Refused("merged", key=case.key, into=survivor(move.connection, case).key)
    raise Refused("not_open", key=case.key, state=case.state)


def require_part(move: Move, case: sa.Row[Any]) -> None:
    """Raises Refused unless the case is theirs, they collaborate in it, or they supervise."""
    if case.owner != move.agent and not move.supervises and not collaborates(move.connection, case.id, move.agent):
        raise Refused("not_yours", key=case.key, owner=case.owner)


def collaborates(connection: sa.Connection, case_id: int, agent: str) -> bool:
    """Whether somebody works on a case beside its owner."""
    this = (collaborators.c.conversation_id == case_id) & (collaborators.c.agent == agent)
    return connection.execute(sa.select(collaborators.c.agent).where(this)).first() is not None
