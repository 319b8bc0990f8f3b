"""Opening a case again by hand: with whoever had it, or else with whoever opens it, and with what nobody has answered."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.assigning.coming_back import in_a_team, is_there
from router.house import is_first_turn
from router.incoming.matching import survivor
from router.moves.base import Move, find_case
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.notices.writing import write_notice
from ventanilla.store.assignments import Grant
from ventanilla.store.conversations import lock_case, open_chat, open_turn, reopen_case
from ventanilla.store.turns import unanswered_since
from ventanilla.words import OWNED_STATES, CaseState, EventKind

REOPENED = "reopened"


def reopen(move: Move, key: str) -> Moved:
    """Open a case again that was resolved, closed or taken for spam: its customer waits from the first message that nobody has
    answered, else from now.

    Whoever had it has it again if they are there, else whoever opens it. Of an open case, what was taken for mere thanks
    begins to wait; where there is no such thing, nothing changes. Raises Refused.
    """
    case = find_case(move, key)
    if case.state == CaseState.MERGED:
        raise Refused("merged", key=case.key, into=survivor(move.connection, case).key)
    if case.state in OWNED_STATES:
        return _wait_for_what_was_passed_over(move, case)
    require_no_other_chat(move, case)
    since = unanswered_since(move.connection, case.id)
    at = since or move.now
    grant = Grant(
        agent=(owner := owner_again(move, case)),
        reason=REOPENED,
        actor=move.agent,
        config_version=move.house.version,
        accepted=owner == move.agent,
    )
    case = keep_in_a_team(move, case)
    due = move.house.due(case, at, first=is_first_turn(case))
    opened = reopen_case(move.connection, case, grant, move.journal, at=at, due_at=due)
    move.journal.add(EventKind.CASE_REOPENED, conversation_id=case.id, agent=move.agent, data={"by": "hand"})
    write_notice(move.connection, move.house, opened, move.journal)
    return Moved.of(opened)


def owner_again(move: Move, case: sa.Row[Any]) -> str:
    """Who has a case that comes back: whoever had it, if they are with us and there; else whoever brings it back."""
    return case.owner if is_there(move.connection, move.house, case.owner) else move.agent


def require_no_other_chat(move: Move, case: sa.Row[Any]) -> None:
    """Raises Refused, naming it, where the same chat has another open case: what is written there next belongs to one."""
    if not case.conversational:
        return
    other = open_chat(move.connection, channel=case.channel, account=case.account, address=case.address)
    if other is not None and other.id != case.id:
        raise Refused("other_chat", key=case.key, other=other.key)


def keep_in_a_team(move: Move, case: sa.Row[Any]) -> sa.Row[Any]:
    """A case whose team is gone comes back in its channel's, else in one of those that there are. Returns it."""
    return in_a_team(move.connection, move.house, case, move.journal)


def _wait_for_what_was_passed_over(move: Move, case: sa.Row[Any]) -> Moved:
    since = unanswered_since(move.connection, case.id) if case.waiting_since is None else None
    if since is None:
        return Moved.of(case, changed=False)
    due = move.house.due(case, since, first=is_first_turn(case))
    open_turn(move.connection, case, move.journal, at=since, due_at=due)
    move.journal.add(EventKind.CASE_REOPENED, conversation_id=case.id, agent=move.agent, data={"by": "hand"})
    opened = lock_case(move.connection, case.id)
    write_notice(move.connection, move.house, opened, move.journal)
    return Moved.of(opened)
