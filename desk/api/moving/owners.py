"""Who answers for a case: taken, accepted, declined, handed over; who works on it beside."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from desk.api.describing import move
from desk.api.documents.moved import Collaborated, Owned, Transferred
from desk.api.moving.bodies import CollaboratorBody, DeclineBody, TransferBody
from desk.api.reading.cases import Key
from desk.api.routing import Caller, Operation
from router.moves import accept as accepting
from router.moves import collaborate, transfer
from router.moves import decline as declining
from router.moves.base import Move, find_case
from router.moves.documents import moved_document, owned_document

router = APIRouter(tags=["owners"], route_class=Operation)


@move(router, "/cases/{key}/transfer", Transferred)
def transfer_case(call: Caller, key: Key, body: TransferBody) -> Response:
    """Hand a case over to somebody. It stays theirs until they go off duty for long, let it lapse or leave."""
    return call.move(lambda made: _given(made, key, body.to, note=body.note, expected=body.assignment_number), case=key)


@move(router, "/cases/{key}/take", Transferred)
def take(call: Caller, key: Key) -> Response:
    """Take a case: it is yours from now on."""
    return call.move(lambda made: _given(made, key, made.agent), case=key)


@move(router, "/cases/{key}/accept", Owned)
def accept(call: Caller, key: Key) -> Response:
    """Say that a case is in your hands. Answering it, noting something in it and calling its customer say so as well."""
    return call.move(lambda made: owned_document(accepting.accept(made, key)), case=key)


@move(router, "/cases/{key}/decline", Owned)
def decline(call: Caller, key: Key, body: DeclineBody) -> Response:
    """Say that a case is not yours: it goes to somebody else who can take it."""
    return call.move(lambda made: owned_document(declining.decline(made, key, reason=body.reason)), case=key)


@move(router, "/cases/{key}/collaborators", Collaborated)
def collaborators(call: Caller, key: Key, body: CollaboratorBody) -> Response:
    """Have somebody work on a case beside its owner, or no more: they may answer and note, and the owner stays the same."""
    change = collaborate.remove_collaborator if body.remove else collaborate.add_collaborator

    def act(made: Move) -> dict[str, Any]:
        return moved_document(change(made, key, body.agent)) | {"collaborator": body.agent}

    return call.move(act, case=key)


def _given(made: Move, key: str, to: str, *, note: str = "", expected: int | None = None) -> dict[str, Any]:
    before = find_case(made, key)
    number = expected if expected is not None else before.assignment_number
    after = transfer.transfer(made, key, to, note=note, expected_number=number)
    waits = transfer.is_off_duty(made.connection, after.owner)
    return owned_document(after) | {
        "changed": after.assignment_number != before.assignment_number,
        "former_owner": before.owner,
        "warning": f"{after.owner} is off duty: it waits for them" if waits else None,
    }
