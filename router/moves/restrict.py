"""A person decides how a difficult customer is dealt with: by one of us alone, not at all until a date, or as everybody again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.assigning.passing import tell_those_concerned
from router.assigning.restricted import NAMED
from router.moves.base import Move
from router.moves.refusals import Refused
from router.moves.transfer import find_receiver
from ventanilla.store.agents import lock_agents
from ventanilla.store.assignments import Grant, hand_over
from ventanilla.store.conversations import lock_case
from ventanilla.store.linking import lock_addresses_of
from ventanilla.store.restrictions import Terms, lift_restriction, restriction_of
from ventanilla.store.restrictions import restrict as put_in_force
from ventanilla.store.tables import contacts, conversations
from ventanilla.words import EventKind, Restriction

_OPEN = (
    sa.select(conversations.c.id, conversations.c.owner)
    .where(conversations.c.contact_id == sa.bindparam("contact_id"), conversations.c.owned == 1)
    .order_by(conversations.c.id)
)
_KNOWS = sa.select(contacts.c.account_manager, contacts.c.last_owner).where(contacts.c.id == sa.bindparam("contact_id"))


def restrict(move: Move, contact_id: int, to: str, *, reason: str) -> int:
    """From now on a customer is dealt with by one of us alone, who is not disturbed by what they write. Their open cases go to
    that person at once; return how many moved. A supervisor may, or whoever has the customer. A repeat changes nothing.

    Raises Refused. A block that was in force ends by it.
    """
    receiver = find_receiver(move, to)
    why = _reason(reason)
    lock_addresses_of(move.connection, (contact_id,))
    open_cases = _lock_open_cases(move, contact_id)
    _require_say(move, contact_id, open_cases)
    lock_agents(move.connection, {receiver, *(case.owner for case in open_cases)})
    terms = Terms(restriction=Restriction.RESTRICTED, by=move.agent, reason=why, to=receiver)
    put_in_force(move.connection, contact_id, terms, move.journal)
    moving = [case for case in open_cases if case.owner != receiver]
    for case in moving:
        _give(move, lock_case(move.connection, case.id), receiver)
    return len(moving)


def block(move: Move, contact_id: int, until: datetime, *, reason: str) -> None:
    """Nothing that a customer writes comes in until then (UTC): it is recorded and never answered. Open cases stay as they are.
    Only a supervisor may. Raises Refused. A repeat changes nothing."""
    why = _reason(reason)
    if not move.supervises:
        raise Refused("only_supervisors", agent=move.agent)
    if until <= move.now:
        raise Refused("already_past")
    lock_addresses_of(move.connection, (contact_id,))
    terms = Terms(restriction=Restriction.BLOCKED, by=move.agent, reason=why, until=until)
    put_in_force(move.connection, contact_id, terms, move.journal)


def unrestrict(move: Move, contact_id: int) -> str | None:
    """Deal with a customer as with everybody again; return what the restriction was, None where there was none. A block is lifted
    by a supervisor; a restriction also by the person it names. Raises Refused."""
    lock_addresses_of(move.connection, (contact_id,))
    before = restriction_of(move.connection, contact_id)
    if before.restriction is None:
        return None
    if not move.supervises and (before.restriction == Restriction.BLOCKED or before.restricted_to != move.agent):
        raise Refused("only_supervisors", agent=move.agent)
    lift_restriction(move.connection, contact_id, by=move.agent, journal=move.journal)
    return str(before.restriction)


def _reason(reason: str) -> str:
    if not reason.strip():
        raise Refused("no_restriction_reason")
    return reason.strip()


def _lock_open_cases(move: Move, contact_id: int) -> Sequence[Any]:
    return move.connection.execute(_OPEN.with_for_update(), {"contact_id": contact_id}).all()


def _require_say(move: Move, contact_id: int, open_cases: Sequence[Any]) -> None:
    """Raises Refused unless they supervise, or the customer is theirs: now, last, or by name."""
    known = move.connection.execute(_KNOWS, {"contact_id": contact_id}).one()
    theirs = {known.account_manager, known.last_owner, *(case.owner for case in open_cases)}
    if not move.supervises and move.agent not in theirs:
        raise Refused("not_your_customer", agent=move.agent)


def _give(move: Move, case: sa.Row[Any], receiver: str) -> None:
    grant = Grant(
        agent=receiver,
        reason=NAMED,
        actor=move.journal.actor,
        config_version=move.house.version,
        decision={"side": str(move.side)},
    )
    hand_over(move.connection, case, grant, move.journal)
    if case.pinned:
        move.journal.add(EventKind.UNPINNED, conversation_id=case.id, agent=case.owner, data={"reason": NAMED})
    tell_those_concerned(move.connection, move.house, case, move.journal, to=receiver)
