"""The further parts of an album: Telegram brings each picture as a message of its own; here they join the answer they belong to."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from router.moves.refusals import Refused
from router.moves.reply import withdraw_reply
from router.staff_bot.about import recent_rows
from router.staff_bot.asked import Asked, Said
from ventanilla.store.files import put_files
from ventanilla.store.staff_texts import add_files, text_of
from ventanilla.store.tables import attachments, messages, outbox, remote_files
from ventanilla.words import STAFF_BOT, DeliveryState

_WAITING = (DeliveryState.PENDING, DeliveryState.HELD)


def origin(asked: Asked, **more: Any) -> dict[str, Any]:
    """What the answer to something they wrote keeps of it, to find it again by an edit or by the next part of its album."""
    album = {"album": asked.message.album} if asked.message.album else {}
    return {"said": asked.message.external_id, **album, **more}


def join_album(asked: Asked) -> Said | None:
    """A picture joins the one before it of the same album, while that is still to go out or is kept, or is a note's (which keeps no
    files); nothing more is said. None for anything else: a first part, one with words of its own, one that comes too late."""
    album = asked.message.album
    if not album or asked.message.reply_text.strip() or not asked.message.files:
        return None
    rows = recent_rows(asked.connection, asked.account)
    before = next((row.payload for row in rows if row.payload.get("album") == album), None)
    if before is None:
        return None
    if "note" in before:
        return Said(text="")
    if "reply" in before:
        return _join_answer(asked, int(before["reply"]))
    kept = text_of(asked.connection, int(before["kept"]), agent=asked.agent.name)
    if kept is None or kept.is_settled:
        return None
    add_files(asked.connection, kept, asked.message.files)
    return Said(text="")


def take_album_back(asked: Asked) -> None:
    """What came before of the same album does not go out: it belongs to a note."""
    album = asked.message.album
    for row in recent_rows(asked.connection, asked.account) if album else ():
        if row.payload.get("album") == album and "reply" in row.payload:
            try:
                with asked.acting() as move:
                    withdraw_reply(move, int(row.payload["reply"]))
            except Refused:  # it has gone out, or was taken back before
                continue


def _join_answer(asked: Asked, outbox_id: int) -> Said | None:
    waits = (outbox.c.id == outbox_id) & outbox.c.state.in_(_WAITING)
    row = asked.connection.execute(sa.select(outbox.c.payload).where(waits).with_for_update()).one_or_none()
    mine = (messages.c.outbox_id == outbox_id) & (messages.c.agent == asked.agent.name)
    message_id = asked.connection.scalar(sa.select(messages.c.id).where(mine))
    if row is None or message_id is None:
        return None
    payload = {**row.payload, "files_of": message_id}
    if asked.connection.execute(sa.update(outbox).where(waits).values(payload=payload)).rowcount != 1:
        return None
    put_files(
        asked.connection,
        message_id,
        STAFF_BOT,
        asked.message.files,
        now=asked.now,
        first_position=_count(asked, message_id),
    )
    return Said(text="")


def _count(asked: Asked, message_id: int) -> int:
    """The first free place among a message's files."""
    last = [
        asked.connection.scalar(sa.select(sa.func.max(table.c.position)).where(table.c.message_id == message_id))
        for table in (attachments, remote_files)
    ]
    return max((place for place in last if place is not None), default=-1) + 1
