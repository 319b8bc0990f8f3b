"""What one of us writes to the bot as an answer to a customer: given to its case, or kept and asked about. Nothing typed is lost.

A text goes out when it answers a message of the bot's about a case, or when its author says by a button or a command where it
belongs; never because only one case is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from router.incoming.matching import survivor
from router.moves.base import find_case
from router.moves.marked import is_note, note_of
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.reply import Answer, Written, write_reply
from router.notices.turn import turn_of
from router.replies.cost_words import cost_in_words
from router.staff_bot.about import About, newest_known
from router.staff_bot.albums import join_album, origin, take_album_back
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import (
    AS_NOTE,
    FORGET,
    REOPEN_AND_SEND,
    SEND,
    TAKE_AND_SEND,
    WHICH,
    Board,
    Button,
    text_data,
    undo_data,
)
from router.staff_bot.confirming import occasion_of
from router.whatsapp.rows import WINDOW
from ventanilla.store.conversations import case_by_key
from ventanilla.store.staff_texts import StaffText, keep_text, settle_text
from ventanilla.store.tables import conversations
from ventanilla.store.views.cases import Wanted, list_cases

MOST_CASES = 8
_LABEL, _EXCERPT = 40, 300
KNOWS_MORE = ("already_answered", "being_answered", "newer_message")
_HOPELESS = ("no_text", "no_note", "holds_token", "no_such_agent", "only_looks", "key_used")
"""Refusals after which there is nothing to choose: the text stands in the chat, to be written anew."""


def typed(asked: Asked, *, text: str | None = None) -> StaffText:
    """What they wrote just now, as it is kept; `text` is what follows a command and its key."""
    said = asked.message.reply_text if text is None else text
    return StaffText(
        inbox_id=asked.inbox_id,
        agent=asked.agent.name,
        text=said.strip(),
        files=tuple(asked.message.files),
        created_at=asked.asked_at,
    )


def take_text(asked: Asked, answered: About | None) -> Said:
    """What is no command: into the case that the message they answered is about; else kept, and asked about."""
    large = too_large(asked)
    if large is not None:
        return large
    joined = join_album(asked)
    if joined is not None:
        return joined
    kept = typed(asked)
    if answered is None or answered.case_id is None:
        return ask_which(asked, kept)
    key = key_of(asked, answered.case_id)
    return send_text(asked, kept, key, seen=answered.seen)


def too_large(asked: Asked) -> Said | None:
    """That a file of theirs cannot be had, and so nothing is sent; None where all can."""
    for file in asked.message.files:
        if file.size is not None and file.largest is not None and file.size > file.largest:
            return Said(text=asked.say("file_too_large", file=file.filename))
    return None


def send_text(asked: Asked, kept: StaffText, key: str, *, seen: int | None, anyway: bool = False) -> Said:
    """Answer the customer of a case with it, and say until when that can be undone; or why not, what can be done, and keep it.
    What begins with // is noted instead."""
    if is_note(kept.text):
        return note_text(asked, kept, key)
    answer = Answer(
        text=kept.text,
        seen=seen,
        remote_files=tuple(kept.files),
        idempotency_key=f"telegram:{kept.inbox_id}",
    )
    try:
        with asked.acting() as move:
            case = find_case(move, key)
            written = write_reply(move, case, answer, anyway=anyway)
    except Refused as refused:
        return choices(asked, kept, key, refused)
    settle_text(asked.connection, kept.inbox_id, case_id=case.id, now=asked.now)
    return _confirmed(asked, kept, case, written, seen=seen)


def note_text(asked: Asked, kept: StaffText, key: str) -> Said:
    """Leave it in a case for our own people, without the slashes. Pictures are not kept with it, and go to nobody else either."""
    take_album_back(asked)
    try:
        with asked.acting() as move:
            case = survivor(move.connection, find_case(move, key))
            add_note(move, key, note_of(kept.text), idempotency_key=f"telegram:{kept.inbox_id}")
    except Refused as refused:
        return choices(asked, kept, key, refused)
    settle_text(asked.connection, kept.inbox_id, case_id=case.id, now=asked.now)
    has_files = kept.files or asked.message.album
    text = asked.say("noted", key=case.key) + ("\n" + asked.say("note_files") if has_files else "")
    return Said(text=text, about=case.id, extra=origin(asked, note=kept.inbox_id))


def ask_which(asked: Asked, kept: StaffText) -> Said:
    """Keep it, and ask to which of their open cases it belongs: nearest due first; one alone is asked about too."""
    keep_text(asked.connection, kept)
    verb = AS_NOTE if is_note(kept.text) else SEND
    cases = list_cases(asked.connection, Wanted(open_only=True, agent=asked.agent.name, by_due=True))
    board: list[list[Button]] = [
        [(_label(case["key"], case["contact_name"] or case["contact"]), text_data(verb, kept.inbox_id, case["key"]))]
        for case in cases[:MOST_CASES]
    ]
    board.append([(asked.say("button_none"), text_data(FORGET, kept.inbox_id))])
    said = [asked.say("which_case", text=excerpt(asked, kept))]
    if not cases:
        said = [asked.say("no_case_to_give", text=excerpt(asked, kept), texts=asked.word("texts"))]
    if len(cases) > MOST_CASES:
        said.append(asked.say("or_its_key"))
    return Said(
        text="\n\n".join(said),
        buttons=board,
        extra=origin(asked, kept=kept.inbox_id),
    )


def choices(asked: Asked, kept: StaffText, key: str, refused: Refused) -> Said:
    """Why it did not go out, and what can be done with it; it is kept until they choose."""
    said = asked.refused(refused)
    if refused.code in _HOPELESS:
        settle_text(asked.connection, kept.inbox_id, case_id=None, now=asked.now)
        return Said(text=said)
    case = case_by_key(asked.connection, refused.values.get("key", key))
    keep_text(asked.connection, replace(kept, case_id=case.id if case else None))
    extra = origin(asked, kept=kept.inbox_id)
    if case is None:
        board = [[(asked.say("button_which"), text_data(WHICH, kept.inbox_id))], _forget(asked, kept)]
        return Said(text=said, buttons=board, extra=extra)
    seen = newest_known(asked.connection, case.id)
    if refused.code in KNOWS_MORE:
        said = "\n\n".join(filter(None, (said, newest_said(asked, case))))
    return Said(text=said, buttons=_ways_out(asked, kept, case, refused, seen), about=case.id, seen=seen, extra=extra)


def excerpt(asked: Asked, kept: StaffText) -> str:
    """The beginning of what they wrote, marked as theirs, with how many files came with it."""
    text = " ".join(kept.text.split())
    cut = text if len(text) <= _EXCERPT else f"{text[:_EXCERPT]}…"
    files = asked.say("and_files", count=str(len(kept.files))) if kept.files else ""
    return "> " + " ".join(filter(None, (cut, files)))


def newest_said(asked: Asked, case: sa.Row[Any]) -> str:
    """What the customer wrote last in the turn that is open, as a notice would show it; nothing without one."""
    if case.waiting_since is None:
        return ""
    newest = turn_of(asked.connection, case, case.waiting_since).newest
    if newest is None or asked.house.config.staff.notice_body == "none":
        return ""
    return asked.say("newest", text=newest.quoted() or asked.say("no_text"))


def key_of(asked: Asked, case_id: int) -> str:
    """The key of a case by its id."""
    query = sa.select(conversations.c.key).where(conversations.c.id == case_id)
    return str(asked.connection.scalars(query).one())


def _confirmed(asked: Asked, kept: StaffText, case: sa.Row[Any], written: Written, *, seen: int | None) -> Said:
    names = {"key": case.key, "customer": asked.customer(case)}
    seconds = max(0, round((written.goes_out_at - asked.now).total_seconds()))
    known = seen if seen is not None else newest_known(asked.connection, case.id)
    about: dict[str, Any] = {"about": case.id, "seen": known}
    if written.repeated:
        return Said(text=asked.say("answered_before", key=case.key), **about)
    undo: Board = [[(asked.say("button_undo"), undo_data(written.outbox_id))]]
    extra = origin(asked, reply=written.outbox_id)
    about |= {"extra": extra, "occasion": occasion_of(written.outbox_id)}
    cost = "\n" + paid if (paid := cost_in_words(asked.language, written.sms)) else ""
    if written.held:
        why = asked.say("held_window") if written.held.startswith(WINDOW) else written.held
        return Said(text=asked.say("held", reason=why, **names) + cost, buttons=undo, **about)
    if not seconds:
        return Said(text=asked.say("going_now", **names) + cost, **about)
    return Said(text=asked.say("going", seconds=str(seconds), **names) + cost, buttons=undo, **about)


def _ways_out(
    asked: Asked, kept: StaffText, case: sa.Row[Any], refused: Refused, seen: int
) -> Sequence[Sequence[Button]]:
    board: list[list[Button]] = []
    if refused.code in KNOWS_MORE:
        board.append([(asked.say("button_anyway"), text_data(SEND, kept.inbox_id, case.key, seen=seen))])
    elif refused.code == "merged":
        into = refused.values["into"]
        board.append([(asked.say("button_send_in", key=into), text_data(SEND, kept.inbox_id, into))])
    elif refused.code == "not_open":
        board.append([(asked.say("button_reopen_send"), text_data(REOPEN_AND_SEND, kept.inbox_id, case.key))])
    elif refused.code == "not_yours" and asked.supervises:
        board.append([(asked.say("button_take_send"), text_data(TAKE_AND_SEND, kept.inbox_id, case.key))])
    if refused.code not in KNOWS_MORE and refused.code != "merged":
        board.append([(asked.say("button_note"), text_data(AS_NOTE, kept.inbox_id, case.key))])
    board.append([(asked.say("button_which"), text_data(WHICH, kept.inbox_id))])
    return [*board, _forget(asked, kept)]


def _forget(asked: Asked, kept: StaffText) -> list[Button]:
    return [(asked.say("button_forget"), text_data(FORGET, kept.inbox_id))]


def _label(key: str, customer: str | None) -> str:
    return f"{key} · {customer}"[:_LABEL] if customer else key
