"""`/case KEY`: how a case stands and what was said last, short enough for one message of the chat. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.incoming.matching import survivor
from router.moves.base import find_case
from router.moves.refusals import Refused
from router.staff_bot.about import newest_known
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import REOPEN, Board, answered_board, case_board, case_data
from ventanilla.store.tables import attachments, conversations, messages, notes, outbox, remote_files
from ventanilla.words import OWNED_STATES, CaseState, DeliveryState, Direction

MOST, EACH = 6, 450
_FAMILY = sa.select(conversations.c.id).where(
    sa.or_(conversations.c.id == sa.bindparam("case_id"), conversations.c.merged_into == sa.bindparam("case_id"))
)
_FILES = (
    sa.select(sa.func.count()).where(attachments.c.message_id == messages.c.id).scalar_subquery()
    + sa.select(sa.func.count())
    .where(remote_files.c.message_id == messages.c.id, remote_files.c.state == "pending")
    .scalar_subquery()
)
_SAID = (
    sa.select(messages, outbox.c.state.label("delivery"), _FILES.label("file_count"))
    .outerjoin(outbox, outbox.c.id == messages.c.outbox_id)
    .where(messages.c.conversation_id.in_(_FAMILY), messages.c.edits.is_(None), sa.not_(messages.c.automatic))
    .order_by(messages.c.id.desc())
    .limit(MOST)
)
_NOTES = sa.select(notes).where(notes.c.conversation_id.in_(_FAMILY)).order_by(notes.c.id.desc()).limit(MOST)
_UNSENT = (DeliveryState.PENDING, DeliveryState.HELD, DeliveryState.SENDING)


def show_case(asked: Asked, key: str) -> Said:
    """The case, or where it went; with what can be done about it under it."""
    try:
        with asked.acting() as move:
            case = survivor(move.connection, find_case(move, key))
    except Refused as refused:
        return Said(text=asked.refused(refused))
    parts = ["\n".join(_head(asked, case)), *_last(asked, case)]
    return Said(
        text="\n\n".join(parts),
        buttons=_board(asked, case),
        about=case.id,
        seen=newest_known(asked.connection, case.id),
    )


def _head(asked: Asked, case: sa.Row[Any]) -> Iterator[str]:
    yield f"{case.key} · {asked.customer(case)[:60]}"
    if case.subject and _shows(asked):
        yield case.subject[:120]
    yield f"{case.channel} · {asked.say(f'state_{case.state}')} · {asked.called(case.owner)}"
    if case.waiting_since is not None:
        yield asked.say("waits_since", since=asked.when(case.waiting_since))
    if case.due_at is not None:
        yield asked.say("due" if case.due_at > asked.now else "overdue", when=asked.when(case.due_at))


def _last(asked: Asked, case: sa.Row[Any]) -> list[str]:
    """Messages of both sides and notes, oldest first."""
    ids = {"case_id": case.id}
    said = [
        (row.replied_at or row.received_at or row.routed_at, _message(asked, row)) for row in _rows(asked, _SAID, ids)
    ]
    noted = [(row.created_at, _note(asked, row)) for row in _rows(asked, _NOTES, ids)]
    return [text for _, text in sorted([*said, *noted], key=lambda one: one[0])[-MOST:]]


def _rows(asked: Asked, query: sa.Select[Any], ids: dict[str, int]) -> list[sa.Row[Any]]:
    return list(asked.connection.execute(query, ids))


def _message(asked: Asked, row: sa.Row[Any]) -> str:
    ours = row.direction == Direction.OUT
    who = (asked.called(row.agent) if row.agent else asked.say("we")) if ours else row.from_name or row.from_address
    facts = [asked.say("files", count=str(row.file_count))] if row.file_count else []
    if row.outcome:
        facts.append(asked.say(f"outcome_{row.outcome}").lower())
    if row.delivery in _UNSENT:
        facts.append(asked.say("not_yet_sent"))
    moment = row.replied_at or row.received_at or row.sent_at or row.routed_at
    return _quoted(asked, who, moment, row.reply_text, facts)


def _note(asked: Asked, row: sa.Row[Any]) -> str:
    return _quoted(asked, f"// {asked.called(row.agent)}", row.created_at, row.text, [])


def _quoted(asked: Asked, who: str, moment: datetime, text: str, facts: list[str]) -> str:
    title = f"{who[:60]}, {asked.when(moment)}:"
    words = " ".join(text.split()) if _shows(asked) else ""
    cut = words if len(words) <= EACH else f"{words[:EACH].rsplit(' ', 1)[0]} …"
    return "\n".join(filter(None, (title, cut, f"({', '.join(facts)})" if facts else "")))


def _board(asked: Asked, case: sa.Row[Any]) -> Board:
    if case.state in (CaseState.RESOLVED, CaseState.CLOSED):
        return [[(asked.say("button_open"), case_data(REOPEN, case.key, case.assignment_number))]]
    if case.state not in OWNED_STATES or case.owner != asked.agent.name:
        return ()
    if case.waiting_since is None:
        return answered_board(asked.language, case.key, case.assignment_number)
    return case_board(asked.language, case.key, case.assignment_number)


def _shows(asked: Asked) -> bool:
    """Whether what customers write may stand in the chat."""
    return asked.house.config.staff.notice_body != "none"
