"""What becomes of texts that were kept, of answers taken back, and of what its author edits: the buttons and commands for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from router.moves.base import find_case
from router.moves.marked import is_note
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import Answer, withdraw_reply, write_reply
from router.moves.transfer import transfer
from router.staff_bot.about import newest_known, recent_rows
from router.staff_bot.answers import ask_which, choices, excerpt, key_of, note_text, send_text, typed
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import (
    AS_NOTE,
    FORGET,
    REOPEN_AND_SEND,
    SEND,
    TAKE_AND_SEND,
    UNDO,
    WHICH,
    Button,
    Pressed,
    text_data,
    undo_data,
)
from router.staff_bot.confirming import occasion_of
from ventanilla.channel import RemoteFile
from ventanilla.store.conversations import case_by_key
from ventanilla.store.staff_texts import StaffText, change_text, settle_text, text_of, texts_without_case
from ventanilla.store.tables import messages, outbox, remote_files
from ventanilla.words import DeliveryState

MOST = 8
_WAITING = (DeliveryState.PENDING, DeliveryState.HELD)
_MY_NEWEST = (
    sa.select(messages.c.outbox_id)
    .join(outbox, outbox.c.id == messages.c.outbox_id)
    .where(messages.c.agent == sa.bindparam("agent"), outbox.c.agent == sa.bindparam("agent"))
    .where(outbox.c.state.in_(_WAITING))
    .order_by(messages.c.id.desc())
    .limit(1)
)
_TAKEN_BACK = sa.select(messages.c.conversation_id).where(
    messages.c.outbox_id == sa.bindparam("number"),
    messages.c.agent == sa.bindparam("agent"),
    outbox.c.id == messages.c.outbox_id,
    outbox.c.state == DeliveryState.DROPPED,
)


def act_on_text(asked: Asked, pressed: Pressed) -> Said:
    """Do with a kept text, which must be theirs, what a button says. A text that was seen to already stays as it is."""
    if pressed.verb == UNDO:
        return take_back(asked, pressed.number, is_seen=True)
    kept = text_of(asked.connection, pressed.number, agent=asked.agent.name)
    if kept is None:
        return Said(text=asked.say("old_button"))
    if kept.is_settled:
        return Said(text=asked.say("text_settled"))
    if pressed.verb == FORGET:
        settle_text(asked.connection, kept.inbox_id, case_id=None, now=asked.now)
        return Said(text=asked.say("text_forgotten"))
    if pressed.verb == WHICH:
        return ask_which(asked, kept)
    if pressed.verb == AS_NOTE or is_note(kept.text):
        return note_text(asked, kept, pressed.key)
    if pressed.verb == SEND:
        return _send(asked, kept, pressed)
    steps: dict[str, Callable[..., Any]] = {
        REOPEN_AND_SEND: reopen,
        TAKE_AND_SEND: lambda move, key: transfer(move, key, asked.agent.name),
    }
    return _send_after(asked, kept, pressed.key, steps[pressed.verb])


def take_back(asked: Asked, outbox_id: int | None = None, *, is_seen: bool = False) -> Said:
    """Their newest answer that is still to go out, or this one, goes to nobody; what it said stands in the chat. `is_seen`: they
    look at its confirmation, which says so itself."""
    number = outbox_id or asked.connection.scalar(_MY_NEWEST, {"agent": asked.agent.name})
    taken = asked.connection.execute(_TAKEN_BACK, {"number": number, "agent": asked.agent.name}).one_or_none()
    if taken is not None:
        return _taken_back(asked, taken.conversation_id)
    try:
        with asked.acting() as move:
            message = withdraw_reply(move, number or 0)
    except Refused as refused:
        return Said(text=asked.refused(refused))
    return Said(text="") if is_seen else _taken_back(asked, message.conversation_id)


def list_texts(asked: Asked) -> Said:
    """What they wrote that no case has yet, each with buttons to give it to one or to drop it."""
    kept = texts_without_case(asked.connection, asked.agent.name)
    if not kept:
        return Said(text=asked.say("no_texts"))
    shown = kept[:MOST]
    lines = [f"{number}. {excerpt(asked, one)[2:]}" for number, one in enumerate(shown, start=1)]
    board: list[list[Button]] = [
        [
            (f"{number}. {asked.say('button_which')}", text_data(WHICH, one.inbox_id)),
            (f"{number}. {asked.say('button_forget')}", text_data(FORGET, one.inbox_id)),
        ]
        for number, one in enumerate(shown, start=1)
    ]
    return Said(text="\n\n".join([asked.say("texts", count=str(len(kept))), *lines]), buttons=board)


def take_edit(asked: Asked, text: str) -> Said | None:
    """They edited something they wrote, which says `text` now: what has not gone out yet says that; of what has, they are told that
    it stays. None where it was neither an answer nor a text that is kept, or says nothing."""
    before = next(
        (row for row in recent_rows(asked.connection, asked.account) if row.payload.get("said") == asked.message.edits),
        None,
    )
    if before is None:
        return None
    if "reply" in before.payload:
        return _change_answer(asked, int(before.payload["reply"]), before.payload.get("seen"), text)
    if "kept" not in before.payload:  # a note stays as it was written
        return None
    kept = text_of(asked.connection, int(before.payload["kept"]), agent=asked.agent.name)
    if kept is None or kept.is_settled or kept.text == text or not text:
        return None
    change_text(asked.connection, kept.inbox_id, text)
    board = [
        [
            (asked.say("button_which"), text_data(WHICH, kept.inbox_id)),
            (asked.say("button_forget"), text_data(FORGET, kept.inbox_id)),
        ]
    ]
    extra = {"said": asked.message.edits, "kept": kept.inbox_id}
    return Said(text=f"{asked.say('edited_kept')}\n\n> {' '.join(text.split())[:300]}", buttons=board, extra=extra)


def _send(asked: Asked, kept: StaffText, pressed: Pressed) -> Said:
    """With `seen` they know all there was when they were asked: only what came since is told again."""
    case = case_by_key(asked.connection, pressed.key)
    if case is None:
        return Said(text=asked.say("old_button"))
    if pressed.seen is None:
        seen = newest_known(asked.connection, case.id, at=kept.created_at)
        return send_text(asked, kept, pressed.key, seen=seen)
    knows_all = newest_known(asked.connection, case.id) <= pressed.seen
    return send_text(asked, kept, pressed.key, seen=pressed.seen, anyway=knows_all)


def _send_after(asked: Asked, kept: StaffText, key: str, step: Callable[..., Any]) -> Said:
    """Both or neither: a case is not opened again, nor taken, for an answer that then cannot go out."""
    savepoint = asked.connection.begin_nested()
    try:
        with asked.acting() as move:
            step(move, key)
    except Refused as refused:
        savepoint.rollback()
        return choices(asked, kept, key, refused)
    case = case_by_key(asked.connection, key)
    said = send_text(asked, kept, key, seen=newest_known(asked.connection, case.id) if case else None)
    if said.occasion is not None or "reply" in said.extra:
        savepoint.commit()
        return said
    savepoint.rollback()
    return said


def _taken_back(asked: Asked, case_id: int) -> Said:
    case = case_by_key(asked.connection, key_of(asked, case_id))
    assert case is not None  # noqa: S101  messages have one
    return Said(text=asked.say("undone", key=case.key, customer=asked.customer(case)), about=case.id)


def _change_answer(asked: Asked, outbox_id: int, seen: int | None, text: str) -> Said | None:
    query = sa.select(messages, outbox.c.state).join(outbox, outbox.c.id == messages.c.outbox_id)
    old = asked.connection.execute(query.where(outbox.c.id == outbox_id)).one_or_none()
    if old is None or old.state == DeliveryState.DROPPED or old.reply_text == text or not text:
        return None
    case = case_by_key(asked.connection, key_of(asked, old.conversation_id))
    assert case is not None  # noqa: S101  messages have one
    names = {"key": case.key, "customer": asked.customer(case)}
    try:
        with asked.acting() as move:
            withdraw_reply(move, outbox_id)
            if is_note(text):
                return note_text(asked, typed(asked, text=text), case.key)
            answer = Answer(
                text=text,
                seen=seen,
                remote_files=_files_now(asked, old.id),
                idempotency_key=f"telegram:edit:{asked.inbox_id}",
            )
            written = write_reply(move, find_case(move, case.key), answer, anyway=True)
    except Refused as refused:
        too_late = asked.say("edited_too_late", **names)
        return Said(text=too_late if refused.code == "too_late" else asked.refused(refused), about=case.id)
    seconds = str(max(0, round((written.goes_out_at - asked.now).total_seconds())))
    return Said(
        text=asked.say("changed", seconds=seconds, **names),
        buttons=[[(asked.say("button_undo"), undo_data(written.outbox_id))]],
        about=case.id,
        seen=seen,
        extra={"said": asked.message.edits, "reply": written.outbox_id},
        occasion=occasion_of(written.outbox_id),
    )


def _files_now(asked: Asked, message_id: int) -> tuple[RemoteFile, ...]:
    """The files of an edited answer: those it had; another one in the place of a single one."""
    query = sa.select(remote_files).where(remote_files.c.message_id == message_id).order_by(remote_files.c.position)
    before = tuple(
        RemoteFile(filename=row.filename, content_type=row.content_type, ref=row.ref, size=row.size)
        for row in asked.connection.execute(query)
    )
    return before if len(before) > 1 else tuple(asked.message.files)
