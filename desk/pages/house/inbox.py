"""What came in and is no case: why, from whom, what it says; let through, or tried again. Also all the rest of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from connectors.envelopes import envelopes
from desk.entry.trail import note_look
from desk.pages.house.picking import PAGE, Asked, after, ask, has_confirmed, next_of, picked
from desk.pages.house.previewing import preview
from desk.pages.page import NotFound, Visit
from router.moves.refusals import Refused
from router.settling.items import AGAIN, RELEASABLE, release_items, replay_items, unfit_items
from ventanilla.errors import BadInput, Temporary
from ventanilla.store.inbox import mark_enqueued
from ventanilla.store.tables import channels, conversations, inbox, messages
from ventanilla.store.views.ledgers import items_by_id, list_items
from ventanilla.words import InboxState, LookedAt

_ASIDE = (InboxState.QUARANTINED, InboxState.SCREENED)
_ORDER = (*_ASIDE, InboxState.PENDING, InboxState.ROUTED, InboxState.DUPLICATE, InboxState.IMPORTED)


def inbox_page(visit: Visit) -> Response:
    """/house/inbox?state=screened&channel=soporte&after=17."""
    with visit.desk.store.read() as connection:
        counts = _counts(connection)
        state = _state(visit, counts)
        known = list(connection.scalars(sa.select(channels.c.name).order_by(channels.c.name)))
        channel = visit.given("channel") if visit.given("channel") in known else None
        items = list_items(connection, state=state, channel=channel, limit=PAGE, after=after(visit))
        _add_envelopes(visit, connection, items)
    return visit.render(
        "house/inbox.html",
        items=items,
        state=state,
        states=_ORDER,
        counts=counts,
        channel=channel,
        channels=known,
        next=next_of(items),
        replayable=state in AGAIN,
        releasable=state in RELEASABLE,
    )


def item_page(visit: Visit) -> Response:
    """/house/inbox/17: one item and what it says, as text. Whoever reads it is noted."""
    number = int(visit.place("id"))
    with visit.desk.store.read() as connection:
        item = items_by_id(connection, [number]).get(number)
        if item is None:
            raise NotFound
        raw = connection.execute(sa.select(inbox.c.raw, inbox.c.raw_blob).where(inbox.c.id == number)).one()
        known = envelopes(connection, [number], visit.desk.store.blobs).get(number, (None, None))
        went = sa.select(conversations.c.key).join(messages, messages.c.conversation_id == conversations.c.id)
        key = connection.scalar(went.where(messages.c.inbox_id == number))
    shown = preview(visit.desk, item, raw)
    note_look(visit, LookedAt.ORIGINAL, detail={"inbox": number})
    return visit.render("house/item.html", item=item, sender=known[0], subject=known[1], key=key, shown=shown)


def release(visit: Visit) -> Response:
    """Let screened items through."""
    return _settle(visit, "release", RELEASABLE)


def replay(visit: Visit) -> Response:
    """Have items routed again."""
    return _settle(visit, "replay", AGAIN)


def _settle(visit: Visit, verb: str, states: Sequence[InboxState]) -> Response:
    ids = picked(visit)
    with visit.desk.store.read() as connection:
        unfit = {one.id: one for one in unfit_items(connection, ids, states=states)}
    fit = [number for number in ids if number not in unfit]
    if not fit:
        reasons = "; ".join(visit.say(f"house.unfit.{one.why}", n=one.id) for one in unfit.values())
        raise BadInput(reasons)
    if len(fit) > 1 and not has_confirmed(visit):
        return ask(visit, _asked(visit, verb, fit))
    with visit.moving() as move:
        if not move.supervises:
            raise Refused("only_supervisors", agent=move.agent)
        if verb == "release":
            changed = release_items(move.connection, fit, move.journal, by=move.agent)
        else:
            changed = replay_items(move.connection, fit, move.journal)
    _enqueue(visit, changed)
    left = len(ids) - len(changed)
    told = visit.say(f"house.{verb}_done", n=len(changed)) + (" " + visit.say("house.left", n=left) if left else "")
    return visit.go("/house/inbox", told=told, state=visit.given("state"))


def _asked(visit: Visit, verb: str, ids: Sequence[int]) -> Asked:
    with visit.desk.store.read() as connection:
        known = envelopes(connection, ids, visit.desk.store.blobs)
    rows = [(number, " · ".join(part for part in known.get(number, ()) if part)) for number in ids]
    return Asked(
        title=visit.say(f"house.{verb}_ask", n=len(ids)),
        why=visit.say(f"house.{verb}_why"),
        button=visit.say(f"house.{verb}"),
        action=f"/house/inbox/{verb}",
        back="/house/inbox",
        rows=rows,
        more=(("state", visit.given("state")),),
    )


def _enqueue(visit: Visit, ids: list[int]) -> None:
    """Best effort: what the queue does not take now the sweeper brings."""
    with suppress(Temporary, OSError):
        visit.desk.enqueue(ids)
        mark_enqueued(visit.desk.store, ids, now=visit.now)


def _counts(connection: sa.Connection) -> dict[str, int]:
    query = sa.select(inbox.c.state, sa.func.count()).group_by(inbox.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def _state(visit: Visit, counts: dict[str, int]) -> InboxState:
    """The state asked for; else the first in which something stands aside."""
    given = visit.given("state")
    if given in list(InboxState):
        return InboxState(given)
    return next((state for state in _ASIDE if counts.get(state)), InboxState.QUARANTINED)


def _add_envelopes(visit: Visit, connection: sa.Connection, items: list[dict[str, Any]]) -> None:
    known = envelopes(connection, [item["id"] for item in items if item["key"] is None], visit.desk.store.blobs)
    for item in items:
        item["from"], item["subject"] = known.get(item["id"], (None, None))
