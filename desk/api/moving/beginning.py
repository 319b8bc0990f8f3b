"""Cases that one of us begins: by writing first, or by entering a visit or a call by hand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from fastapi import APIRouter
from starlette.responses import Response

from desk.api.call import Call
from desk.api.describing import move
from desk.api.documents.moved import Begun
from desk.api.moving.bodies import NewCaseBody, TakeBody, WriteBody
from desk.api.moving.files import LARGEST_WITH_FILES, keep_files
from desk.api.routing import Caller, Operation
from router.incoming.in_person import Taken, read_taken
from router.moves.base import Move
from router.moves.called import called
from router.moves.take import HOW
from router.moves.take import take as put
from router.moves.write_first import First, write_first
from router.reading import Readers
from router.service import Router, route_item
from ventanilla.store.tables import conversations, messages
from ventanilla.words import IN_PERSON, CallOutcome, Side

router = APIRouter(tags=["cases"], route_class=Operation)
_NOTHING = dict.fromkeys(("message_id", "outbox_id", "inbox_id", "goes_out_at", "held", "sms_parts"))


@move(router, "/cases", Begun, status=201, largest=LARGEST_WITH_FILES)
def begin_case(call: Caller, body: NewCaseBody) -> Response:
    """Begin a case of yours: write to a customer first, or enter a visit or a call that no channel saw."""
    return _write(call, body) if isinstance(body, WriteBody) else call.steps(lambda: _take(call, body), status=201)


def _write(call: Call, body: WriteBody) -> Response:
    first = First(
        to=body.to,
        channel=body.channel,
        text=body.text,
        subject=body.subject,
        name=body.name,
        cc=tuple(body.cc),
        files=keep_files(call.desk.store, body.files),
        idempotency_key=call.key,
    )

    def act(made: Move) -> dict[str, Any]:
        written = write_first(made, first)
        return _NOTHING | {
            "key": written.key,
            "owner": made.agent,
            "changed": not written.repeated,
            "message_id": written.message_id,
            "outbox_id": written.outbox_id,
            "goes_out_at": written.goes_out_at,
            "held": written.held,
            "sms_parts": written.sms.count if written.sms else None,
        }

    return call.move(act, status=201)


def _take(call: Call, body: TakeBody) -> dict[str, Any]:
    """Into the ledger, routed at once, and the answer written down: each of it is done once under one key."""
    desk, agent = call.desk, call.person.agent
    medium = HOW[body.how]
    taken = Taken(
        agent=agent,
        medium=medium,
        name=body.name,
        phone=body.phone,
        email=body.email,
        subject=body.subject,
        text=body.text,
    )
    with desk.moving(agent, side=Side.API, now=call.now) as made:
        row_id, is_new = put(made, taken, at=body.at, idempotency_key=call.key)
    key = _route(call, row_id)
    if body.answer is not None and key is not None:
        with desk.moving(agent, side=Side.API, now=call.now) as made:
            once = f"taken:{row_id}"
            called(
                made, key, CallOutcome.REACHED, body.answer, at=body.at or call.now, medium=medium, idempotency_key=once
            )
    return _NOTHING | {"key": key, "owner": agent, "changed": is_new, "inbox_id": row_id}


def _route(call: Call, row_id: int) -> str | None:
    """Route it at once, unless somebody has; return the key of its case."""
    desk = call.desk
    readers = Readers({IN_PERSON: read_taken}, {})
    route_item(Router(store=desk.store, house=desk.house, readers=readers, clock=desk.clock), row_id)
    case = sa.select(conversations.c.key).join(messages, messages.c.conversation_id == conversations.c.id)
    with desk.store.read() as connection:
        key: str | None = connection.scalar(case.where(messages.c.inbox_id == row_id))
    return key
