"""The two buttons under an answer by mail that is not proven to be its author's: it is theirs, or nobody gets it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from router.mail_answers.words import said as said_by_mail
from router.moves.held import drop_held_answer, release_held_answer
from router.moves.refusals import Refused
from router.staff_bot.about import newest_known
from router.staff_bot.answers import KNOWS_MORE, newest_said
from router.staff_bot.asked import Asked, Said
from router.staff_bot.buttons import Button
from ventanilla.store.conversations import case_by_key
from ventanilla.store.tables import conversations

_FORM = re.compile(r"held:(send|drop):(\d{1,18})(?::(\d{1,18}))?")
_KEY = sa.select(conversations.c.key).where(conversations.c.id == sa.bindparam("case_id"))


def act_on_held(asked: Asked, data: str) -> Said | None:
    """Do what such a button says; None for a button of another sort. A second press says how it stands."""
    found = _FORM.fullmatch(data)
    if found is None:
        return None
    send, number = found[1] == "send", int(found[2])
    try:
        with asked.acting() as move:
            seen = int(found[3]) if found[3] else None
            message = release_held_answer(move, number, seen=seen) if send else drop_held_answer(move, number)
    except Refused as refused:
        return _choices(asked, number, refused)
    key = asked.connection.scalar(_KEY, {"case_id": message.conversation_id}) or ""
    code = "held_sent" if send else "held_dropped"
    return Said(text=said_by_mail(asked.language, code, key=key), about=message.conversation_id)


def _choices(asked: Asked, number: int, refused: Refused) -> Said:
    """Why it does not go out. Where only something has happened since, they are shown it, and may send it all the same."""
    said = asked.refused(refused)
    if refused.code not in (*KNOWS_MORE, "moved_on"):
        return Said(text=said)
    case = case_by_key(asked.connection, refused.values["key"])
    assert case is not None  # noqa: S101  the refusal names it
    seen = newest_known(asked.connection, case.id)
    anyway: Button = (asked.say("button_anyway"), f"held:send:{number}:{seen}")
    board = [[anyway, (said_by_mail(asked.language, "button_drop"), f"held:drop:{number}")]]
    told = "\n\n".join(filter(None, (said, newest_said(asked, case))))
    return Said(text=told, buttons=board, about=case.id, seen=seen)
