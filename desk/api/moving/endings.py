"""How a case ends and begins again, waits, is one with another or several, and what it is."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from desk.api.describing import move
from desk.api.documents.moved import Classified, Moved, Prioritised, Receipted, Resolved, Tagged, Waits
from desk.api.moving.bodies import (
    AnsweredInBody,
    KindBody,
    MergeBody,
    PriorityBody,
    ReasonBody,
    ReceiptBody,
    ResolveBody,
    SplitBody,
    TagsBody,
    WaitBody,
)
from desk.api.reading.cases import Key
from desk.api.routing import Caller, Operation
from router.moves import answered_in as settling
from router.moves import classify, merge, resolve
from router.moves import receipt as receipts
from router.moves import reopen as opening
from router.moves import split as dividing
from router.moves import wait as waiting
from router.moves.base import Move, find_case
from router.moves.documents import moved_document
from router.promises.lawful import deadlines_of
from ventanilla.words import Resolution

router = APIRouter(tags=["moves"], route_class=Operation)


@move(router, "/cases/{key}/resolve", Resolved)
def resolve_case(call: Caller, key: Key, body: ResolveBody) -> Response:
    """End a case. Where its customer still waits, say that no reply is needed, or why it ends without one."""
    how = Resolution.NO_REPLY_NEEDED if body.no_reply_needed else Resolution.ANSWERED

    def act(made: Move) -> dict[str, Any]:
        moved = resolve.resolve(
            made, key, resolution=how, text=body.reason, upheld=body.upheld, bodies_told=body.bodies_told
        )
        return moved_document(moved) | {"waits_for": moved.waits_for}

    return call.move(act, case=key)


@move(router, "/cases/{key}/spam", Moved)
def spam(call: Caller, key: Key, body: ReasonBody) -> Response:
    """Say that a case was no customer's. What waits to go out by itself is dropped; the sender is not blocked."""
    return call.move(lambda made: moved_document(resolve.mark_spam(made, key, reason=body.reason)), case=key)


@move(router, "/cases/{key}/reopen", Moved)
def reopen(call: Caller, key: Key) -> Response:
    """Open a case again that was resolved, closed or spam; or have mere thanks in an open one wait for an answer after all."""
    return call.move(lambda made: moved_document(opening.reopen(made, key)), case=key)


@move(router, "/cases/{key}/wait", Waits)
def wait(call: Caller, key: Key, body: WaitBody) -> Response:
    """Say that a case waits for somebody else, or no more. The customer's clock goes on."""

    def act(made: Move) -> dict[str, Any]:
        moved = waiting.wait(made, key, on=body.for_, until=body.until)
        until = body.until if body.for_ is waiting.WaitFor.THIRD_PARTY else None
        return moved_document(moved) | {"wait_until": until}

    return call.move(act, case=key)


@move(router, "/cases/{key}/merge", Moved)
def merge_case(call: Caller, key: Key, body: MergeBody) -> Response:
    """Make two cases one, which is answered. The first key still leads to it, and `unmerge` brings the case back."""
    return call.move(
        lambda made: moved_document(merge.merge(made, key, body.into, customers_differ=body.customers_differ)),
        case=key,
        others=(body.into,),
    )


@move(router, "/cases/{key}/unmerge", Moved)
def unmerge(call: Caller, key: Key) -> Response:
    """Bring a merged case back as it was. What came since stays where it is."""
    return call.move(lambda made: moved_document(merge.unmerge(made, key)), case=key)


@move(router, "/cases/{key}/split", Moved)
def split(call: Caller, key: Key, body: SplitBody) -> Response:
    """Make a case of its own of one message: same customer, same owner, a clock of its own. The new one is answered."""
    return call.move(
        lambda made: moved_document(dividing.split(made, key, body.message, and_after=body.and_after)), case=key
    )


@move(router, "/cases/{key}/answered-in", Moved)
def answered_in(call: Caller, key: Key, body: AnsweredInBody) -> Response:
    """Say that the answer given in another case of the same customer answers this one too."""
    return call.move(
        lambda made: moved_document(settling.answered_in(made, key, body.case)), case=key, others=(body.case,)
    )


@move(router, "/cases/{key}/kind", Classified)
def kind(call: Caller, key: Key, body: KindBody) -> Response:
    """Say what a case is, legally. Its deadlines are worked out again from its first message; where the law wants a receipt, its
    customer gets one."""

    def act(made: Move) -> dict[str, Any]:
        moved = classify.set_kind(made, key, body.kind, reason=body.reason)
        return moved_document(moved) | {"kind": body.kind, "deadlines": _deadlines(made, key)}

    return call.move(act, case=key)


@move(router, "/cases/{key}/priority", Prioritised)
def priority(call: Caller, key: Key, body: PriorityBody) -> Response:
    """Say how much a case may jump the line; `urgent` also rings people off duty from now on."""

    def act(made: Move) -> dict[str, Any]:
        moved = classify.set_priority(made, key, body.priority, reason=body.reason)
        return moved_document(moved) | {"priority": body.priority}

    return call.move(act, case=key)


@move(router, "/cases/{key}/tags", Tagged)
def tags(call: Caller, key: Key, body: TagsBody) -> Response:
    """Put tags on a case and take some off."""

    def act(made: Move) -> dict[str, Any]:
        moved, left = classify.set_tags(made, key, add=body.add, remove=body.remove, reason=body.reason)
        return moved_document(moved) | {"tags": list(left), "deadlines": _deadlines(made, key)}

    return call.move(act, case=key)


@move(router, "/cases/{key}/receipt", Receipted)
def receipt(call: Caller, key: Key, body: ReceiptBody) -> Response:
    """Send the receipt that the law wants in a case, if it has not gone out; or write down that somebody gave it by hand."""

    def act(made: Move) -> dict[str, Any]:
        moved = receipts.receipt(made, key, by_hand=body.by_hand)
        return moved_document(moved) | {"outbox_id": moved.waits_for, "by_hand": bool(body.by_hand.strip())}

    return call.move(act, case=key)


def _deadlines(made: Move, key: str) -> list[dict[str, Any]]:
    found = deadlines_of(made.connection, made.house, find_case(made, key))
    return [{"name": one.name, "due_on": one.due_on, "due_at": one.due_at} for one in found]
