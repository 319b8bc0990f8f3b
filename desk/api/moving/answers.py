"""Answering, asking, noting, calling; taking an answer back. A few lines over router/moves each."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from desk.api.call import Call
from desk.api.describing import move
from desk.api.documents.moved import Asked, Called, Noted, Withdrawn, Written
from desk.api.moving.bodies import CalledBody, NoteBody, QuestionBody, ReplyBody, UndoBody
from desk.api.moving.files import LARGEST_WITH_FILES, keep_files
from desk.api.reading.cases import Key
from desk.api.routing import Caller, Operation
from router.moves import called as calls
from router.moves import needs_information as asking
from router.moves import note as notes
from router.moves import reply as replies
from router.moves.base import Move, find_case
from router.moves.documents import moved_document, written_document
from router.moves.refusals import Refused
from ventanilla.store.tables import messages
from ventanilla.store.views.whole import family_of

router = APIRouter(tags=["answers"], route_class=Operation)


@move(router, "/cases/{key}/reply", Written, largest=LARGEST_WITH_FILES)
def reply(call: Caller, key: Key, body: ReplyBody) -> Response:
    """Answer the customer of a case, on their channel. It goes out after the time that the file gives to undo it."""
    kept = _kept(call, key, body)

    def act(made: Move) -> dict[str, Any]:
        answer = replies.Answer(
            text=body.text,
            cc=tuple(body.cc),
            seen=body.seen,
            files=kept,
            then=replies.RESOLVE if body.resolve else "",
            idempotency_key=call.key,
        )
        return written_document(replies.write_reply(made, find_case(made, key), answer, anyway=body.anyway))

    return call.move(act, case=key)


@move(router, "/cases/{key}/needs-information", Asked)
def needs_information(call: Caller, key: Key, body: QuestionBody) -> Response:
    """Ask the customer for what is missing. Where the law gives them time for it they are told until when, and its term runs anew
    once they have sent it."""

    def act(made: Move) -> dict[str, Any]:
        asked = asking.needs_information(made, key, body.text, idempotency_key=call.key)
        return written_document(asked.written) | {"complete_by": asked.last_day}

    return call.move(act, case=key)


@move(router, "/cases/{key}/undo", Withdrawn)
def undo(call: Caller, key: Key, body: UndoBody) -> Response:
    """Take an answer back before it goes out."""

    def act(made: Move) -> dict[str, Any]:
        case = call.case(made.connection, key)
        family = list(family_of(made.connection, case))
        there = sa.select(messages.c.id).where(
            messages.c.outbox_id == body.outbox_id, messages.c.conversation_id.in_(family)
        )
        if made.connection.scalar(there) is None:
            raise Refused("nothing_to_withdraw")
        message = replies.withdraw_reply(made, body.outbox_id)
        return {"key": case.key, "outbox_id": body.outbox_id, "message_id": message.id, "withdrawn": True}

    return call.move(act, case=key)


@move(router, "/cases/{key}/notes", Noted)
def note(call: Caller, key: Key, body: NoteBody) -> Response:
    """Leave a note for our own people on a case. It never goes out; whoever is named as `@luis` is told."""

    def act(made: Move) -> dict[str, Any]:
        number = notes.add_note(made, key, body.text, idempotency_key=call.key)
        return {"key": call.case(made.connection, key).key, "note": number}

    return call.move(act, case=key)


@move(router, "/cases/{key}/called", Called)
def called(call: Caller, key: Key, body: CalledBody) -> Response:
    """Write down a call to the customer of a case. One that reached them is an answer, at the time when it was made."""

    def act(made: Move) -> dict[str, Any]:
        moved = calls.called(made, key, body.outcome, body.text, at=body.at, idempotency_key=call.key)
        return moved_document(moved) | {"outcome": body.outcome}

    return call.move(act, case=key)


def _kept(call: Call, key: str, body: ReplyBody) -> list[tuple[Any, str]]:
    """The files, kept before the transaction: only for a case that may be answered at all."""
    if not body.files:
        return []
    with call.desk.store.read() as connection:
        call.case(connection, key)
    return keep_files(call.desk.store, body.files)
