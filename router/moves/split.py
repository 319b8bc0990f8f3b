"""One message of a case becomes a case of its own, with the same owner and a clock of its own; the two are linked."""

from __future__ import annotations

from functools import partial
from typing import Any

import sqlalchemy as sa

from router.house import is_first_turn
from router.moves.base import Move, find_case, require_part
from router.moves.outcome import Moved
from router.moves.refusals import Refused
from router.moves.reopen import owner_again
from router.notices.writing import tell_of_rest, write_notice
from ventanilla.store.assignments import Grant
from ventanilla.store.conversations import NewCase, link_cases, lock_case, open_case
from ventanilla.store.splitting import SPLIT, move_messages, said_from, settle_rest
from ventanilla.store.tables import conversation_links, conversations, messages, participants
from ventanilla.words import CaseState, Direction

WHY = "split from this case"


def split(move: Move, key: str, message_id: int, *, and_after: bool = False) -> Moved:
    """Make a case of one of the customer's messages, with `and_after` of what they sent later too, and return it: the same
    customer, team and owner, waiting since the first of these that nobody has answered (else since the message came).

    Answers of ours stay where they were given. What was split off already is returned as it is. Raises Refused.
    """
    case = find_case(move, key)
    message = _message(move, case, message_id)
    if message.conversation_id != case.id:
        return _before(move, case, message)
    if case.state in (CaseState.MERGED, CaseState.SPAM):
        raise Refused("not_open", key=case.key, state=case.state)
    if case.owned:
        require_part(move, case)
    said = said_from(move.connection, message, and_after=and_after)
    if not _leaves_something(move.connection, case, [each.id for each in said]):
        raise Refused("only_message", key=case.key)
    new = _open(move, case, said)
    move_messages(move.connection, said, case, new, move.journal)
    due = partial(move.house.due, case, first=is_first_turn(case))
    settle_rest(move.connection, case, move.journal, due=due, agent=move.agent)
    tell_of_rest(
        move.connection, move.house, lock_case(move.connection, case.id), move.journal, since=case.waiting_since
    )
    link_cases(move.connection, new.id, case.id, reason=WHY, journal=move.journal)
    write_notice(move.connection, move.house, new, move.journal)
    return Moved.of(lock_case(move.connection, new.id))


def _message(move: Move, case: sa.Row[Any], message_id: int) -> sa.Row[Any]:
    """The message, or the first version of it. Raises Refused for none of the customer's."""
    query = sa.select(messages).where(messages.c.direction == Direction.IN)
    found = move.connection.execute(query.where(messages.c.id == message_id)).one_or_none()
    if found is not None and found.edits is not None:
        found = move.connection.execute(query.where(messages.c.id == found.edits)).one()
    if found is None:
        raise Refused("no_such_message", key=case.key, message=message_id)
    return found


def _before(move: Move, case: sa.Row[Any], message: sa.Row[Any]) -> Moved:
    """What a repeat returns: the case that this message was split off into. Raises Refused where it was not."""
    holder = lock_case(move.connection, message.conversation_id)
    if holder.merged_into == case.id:
        raise Refused("came_merged", message=message.id, other=holder.key, key=case.key)
    there = (conversation_links.c.conversation_id == message.conversation_id) & (
        conversation_links.c.other_id == case.id
    )
    link = sa.select(conversation_links.c.reason).where(there, conversation_links.c.reason == WHY)
    if move.connection.scalar(link) is None:
        raise Refused("no_such_message", key=case.key, message=message.id)
    return Moved.of(lock_case(move.connection, message.conversation_id), changed=False)


def _leaves_something(connection: sa.Connection, case: sa.Row[Any], moved: list[int]) -> bool:
    rest = sa.select(messages.c.id).where(messages.c.conversation_id == case.id, messages.c.direction == Direction.IN)
    rest = rest.where(messages.c.edits.is_(None), messages.c.id.not_in(moved))
    return connection.execute(rest.limit(1)).first() is not None


def _open(move: Move, case: sa.Row[Any], said: list[sa.Row[Any]]) -> sa.Row[Any]:
    waiting = [one for one in said if case.waiting_since is not None and one.received_at >= case.waiting_since]
    since = (waiting or said)[0].received_at
    owner = case.owner if case.owned else owner_again(move, case)
    grant = Grant(
        agent=owner,
        reason=SPLIT,
        actor=move.agent,
        config_version=move.house.version,
        in_line=case.line_since is not None,
        accepted=owner == move.agent and case.line_since is None,
    )
    new = NewCase(
        channel=case.channel,
        team=case.team,
        contact_id=case.contact_id,
        account=case.account,
        address=case.address,
        subject=said[0].subject or case.subject,
        language=case.language,
        first_message_at=said[0].received_at,
        waits_since=since,
        due_at=move.house.due(case, since, first=True),
        promise=case.promise,
        priority=case.priority,
        kind=case.kind,
        skills=case.skills,
        languages=case.languages,
        tags=case.tags,
        split_from=case.id,
    )
    made = open_case(move.connection, new, grant, move.journal)
    theirs = sa.select(sa.literal(made.id), participants.c.kind, participants.c.value)
    copied = theirs.where(participants.c.conversation_id == case.id)
    move.connection.execute(sa.insert(participants).from_select(["conversation_id", "kind", "value"], copied))
    last = {"last_message_at": said[-1].received_at}
    move.connection.execute(sa.update(conversations).where(conversations.c.id == made.id).values(last))
    return made
