"""The two buttons under an answer by mail that is not proven to be its author's: it is theirs, or nobody gets it."""

from __future__ import annotations

import re

import sqlalchemy as sa

from router.mail_answers.words import said
from router.moves.held import drop_held_answer, release_held_answer
from router.moves.refusals import Refused
from router.staff_bot.asked import Asked, Said
from ventanilla.store.tables import conversations

_FORM = re.compile(r"held:(send|drop):(\d{1,18})")
_KEY = sa.select(conversations.c.key).where(conversations.c.id == sa.bindparam("case_id"))


def act_on_held(asked: Asked, data: str) -> Said | None:
    """Do what such a button says; None for a button of another sort. A second press says how it stands."""
    found = _FORM.fullmatch(data)
    if found is None:
        return None
    send, number = found[1] == "send", int(found[2])
    try:
        with asked.acting() as move:
            message = (release_held_answer if send else drop_held_answer)(move, number)
    except Refused as refused:
        return Said(text=asked.refused(refused))
    key = asked.connection.scalar(_KEY, {"case_id": message.conversation_id}) or ""
    code = "held_sent" if send else "held_dropped"
    return Said(text=said(asked.language, code, key=key), about=message.conversation_id)
