"""Somebody works on a case beside its owner: they may answer and note, and the owner stays the same."""

from __future__ import annotations

import sqlalchemy as sa

from router.moves.base import Move, find_case, require_open, require_part
from router.moves.note import can_work, shown_name
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.moves.words import tell
from router.notices.writing import write_alert
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import collaborators
from ventanilla.words import EventKind

_ADD = insert_ignoring(collaborators, collaborators.c.agent)


def add_collaborator(move: Move, key: str, agent: str) -> Moved:
    """Have somebody work on a case beside its owner; they are told once. A repeat, or its owner, changes nothing. Raises
    Refused."""
    case = find_case(move, key)
    require_open(move, case)
    require_part(move, case)
    _require_one_of_us(move, agent)
    if agent == case.owner:
        return Moved.of(case, changed=False)
    row = {"conversation_id": case.id, "agent": agent, "added_by": move.agent, "added_at": move.now}
    if move.connection.execute(_ADD[move.connection.dialect.name], row).first() is None:
        return Moved.of(case, changed=False)
    move.journal.add(EventKind.COLLABORATOR_ADDED, conversation_id=case.id, agent=agent)
    if agent != move.agent:
        _tell(move, case.key, case.owner, agent, case.channel, case.id)
    return Moved.of(case)


def remove_collaborator(move: Move, key: str, agent: str) -> Moved:
    """Have somebody work on a case no more. Who did not is left alone. Raises Refused."""
    case = find_case(move, key)
    if agent != move.agent:
        require_part(move, case)
    this = (collaborators.c.conversation_id == case.id) & (collaborators.c.agent == agent)
    if move.connection.execute(sa.delete(collaborators).where(this)).rowcount == 0:
        return Moved.of(case, changed=False)
    move.journal.add(EventKind.COLLABORATOR_REMOVED, conversation_id=case.id, agent=agent)
    return Moved.of(case)


def _require_one_of_us(move: Move, agent: str) -> None:
    settings = move.house.config.agents.get(agent)
    if settings is None or not settings.is_here(move.house.today(move.now)):
        raise Refused("no_such_agent", agent=agent, agents=", ".join(move.house.config.agents))
    if not can_work(move.house, agent):
        raise Refused("only_looks", agent=agent)


def _tell(move: Move, key: str, owner: str, agent: str, channel: str, case_id: int) -> None:
    language = move.house.config.service.language
    values = {"agent": shown_name(move.house, move.agent), "owner": shown_name(move.house, owner), "key": key}
    write_alert(
        move.connection,
        move.house,
        to=[agent],
        occasion=f"collaborates:{case_id}:{move.now.isoformat()}",
        subject=tell(language, "collaborates_subject", **values),
        body=tell(language, "collaborates", **values),
        now=move.now,
        channel=channel,
        case_id=case_id,
    )
