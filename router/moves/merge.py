"""Two cases about one thing become one, and two again. Messages stay where they are."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.incoming.matching import survivor
from router.moves.base import Move, find_both, find_case, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.moves.reopen import keep_in_a_team, owner_again, require_no_other_chat
from router.notices.rewriting import tell_more
from router.notices.writing import tell_of_rest, write_notice
from router.promises.lawful import law_of
from ventanilla.states import may_become
from ventanilla.store.assignments import Grant
from ventanilla.store.conversations import change_facts, lock_case
from ventanilla.store.merging import absorb, bring_back
from ventanilla.words import OWNED_STATES, CaseState

UNMERGED = "unmerged"


def merge(move: Move, key: str, into: str, *, customers_differ: bool = False) -> Moved:
    """Merge a case into another and return the survivor, which has waited since the earlier of the two and is due when the
    earlier is. Whatever its customers write to either goes there, and the merged key still leads to it.

    `customers_differ` says that they are known to be two customers' cases. A repeat changes nothing. Raises Refused.
    """
    case, other = find_both(move, key, into)
    other = survivor(move.connection, other)
    if case.merged_into == other.id:
        return Moved.of(other, changed=False)
    if case.id == other.id:
        raise Refused("same_case", key=case.key)
    if case.state == CaseState.MERGED:
        raise Refused("merged", key=case.key, into=survivor(move.connection, case).key)
    if not may_become(case.state, CaseState.MERGED) or other.state in (CaseState.MERGED, CaseState.SPAM):
        spoilt = other if other.state in (CaseState.MERGED, CaseState.SPAM) else case
        raise Refused("not_open", key=spoilt.key, state=spoilt.state)
    if case.owned and not other.owned:
        raise Refused("merge_the_other_way", key=case.key, into=other.key, state=other.state)
    if case.contact_id != other.contact_id and not customers_differ:
        raise Refused("other_customers", key=case.key, into=other.key)
    if case.owned:
        require_part(move, case)
    opened = absorb(move.connection, case, other, move.journal, agent=move.agent)
    kept = _keep_law(move, case, lock_case(move.connection, other.id))
    if opened:
        write_notice(move.connection, move.house, kept, move.journal)
    elif case.waiting_since is not None:
        tell_more(move.connection, move.house, kept, move.journal)
    return Moved.of(kept)


def _keep_law(move: Move, case: sa.Row[Any], kept: sa.Row[Any]) -> sa.Row[Any]:
    """The survivor, under the promise of what it absorbed where a law would look at that one and no more at both."""
    if law_of(move.house, case) is None or law_of(move.house, kept) is not None:
        return kept
    change_facts(move.connection, kept, move.journal, promise=case.promise)
    return lock_case(move.connection, kept.id)


def unmerge(move: Move, key: str) -> Moved:
    """Bring a merged case back as it was, with whoever had it or else whoever does this; what came since stays with the survivor.
    A case that is merged into none is left as it is. Raises Refused."""
    case = find_case(move, key)
    if case.state != CaseState.MERGED:
        return Moved.of(case, changed=False)
    into = lock_case(move.connection, case.merged_into)
    if into.owned:
        require_part(move, into)
    if case.before_merge["state"] in OWNED_STATES:
        require_no_other_chat(move, case)
        case = keep_in_a_team(move, case)
    owner = owner_again(move, case)
    grant = Grant(
        agent=owner,
        reason=UNMERGED,
        actor=move.agent,
        config_version=move.house.version,
        accepted=owner == move.agent,
    )
    back = bring_back(move.connection, case, into, move.journal, grant=grant, agent=move.agent)
    tell_of_rest(
        move.connection, move.house, lock_case(move.connection, into.id), move.journal, since=into.waiting_since
    )
    if back.waiting_since is not None:
        write_notice(move.connection, move.house, back, move.journal)
    return Moved.of(back)
