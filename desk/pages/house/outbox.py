"""What goes out and has not, or of which nobody knows: why, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from starlette.responses import Response

from desk.entry.trail import note_look
from desk.pages.house.picking import PAGE, Asked, after, ask, has_confirmed, next_of, picked
from desk.pages.page import NotFound, Visit
from router.moves.base import Move
from router.moves.refusals import Refused
from router.settling import letters
from ventanilla.errors import BadInput
from ventanilla.store.tables import conversations, outbox
from ventanilla.store.views.ledgers import letters_by_id, list_letters
from ventanilla.words import DeliveryState, LookedAt, OutboxKind

TO_CUSTOMERS = (OutboxKind.REPLY, OutboxKind.ACKNOWLEDGEMENT, OutboxKind.AUTOMATIC)
_ORDER = (
    *(DeliveryState.HELD, DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.PENDING, DeliveryState.SENDING),
    *(DeliveryState.SENT, DeliveryState.DELIVERED, DeliveryState.DROPPED),
)
_TROUBLED = _ORDER[:3]
DOABLE: dict[str, Sequence[DeliveryState]] = {
    "release_letters": letters.RELEASABLE,
    "arrived": letters.UNSURE,
    "resend": letters.RESENDABLE,
    "drop": letters.DROPPABLE,
}
"""What can be done, with the states in which it can."""
_SHOWN = 20_000


def outbox_page(visit: Visit) -> Response:
    """/house/outbox?state=held&kind=reply&after=17."""
    kind = OutboxKind(visit.given("kind")) if visit.given("kind") in list(OutboxKind) else None
    with visit.desk.store.read() as connection:
        counts = _counts(connection)
        state = _state(visit, counts)
        rows = list_letters(connection, state=state, kind=kind, limit=PAGE, after=after(visit))
    return visit.render(
        "house/outbox.html",
        letters=rows,
        state=state,
        states=_ORDER,
        counts=counts,
        kind=kind,
        kinds=list(OutboxKind),
        next=next_of(rows),
        doable=doable(state),
        to_customers=TO_CUSTOMERS,
    )


def letter_page(visit: Visit) -> Response:
    """/house/outbox/31: one letter, with its text where it is for a customer; a notice may hold a token of one of us."""
    number = int(visit.place("id"))
    query = sa.select(outbox, conversations.c.key).outerjoin(
        conversations, conversations.c.id == outbox.c.conversation_id
    )
    with visit.desk.store.read() as connection:
        letter = connection.execute(query.where(outbox.c.id == number)).one_or_none()
    if letter is None:
        raise NotFound
    text = None
    if letter.kind in TO_CUSTOMERS:
        text = str(letter.payload.get("text") or "")[:_SHOWN]
        note_look(visit, LookedAt.ORIGINAL, case_id=letter.conversation_id, detail={"outbox": number})
    subject = str(letter.payload.get("subject") or "") if text is not None else ""
    doing = doable(DeliveryState(letter.state))
    return visit.render(
        "house/letter.html", letter=letter, text=text, subject=subject, doable=doing, to_customers=TO_CUSTOMERS
    )


def settle(visit: Visit) -> Response:
    """Release, drop, resend, or say that it arrived: asked first, since it cannot be taken back."""
    what = visit.place("what")
    if what not in DOABLE:
        raise NotFound
    ids = picked(visit)
    with visit.desk.store.read() as connection:
        unfit = letters.unfit_letters(connection, ids, states=DOABLE[what])
        rows = letters_by_id(connection, ids)
    fit = [number for number in ids if number not in unfit]
    if not fit:
        raise BadInput(visit.say("house.letters_unfit", n=len(unfit)))
    if not has_confirmed(visit):
        return ask(visit, _asked(visit, what, [rows[number] for number in fit]))
    with visit.moving() as move:
        if not move.supervises:
            raise Refused("only_supervisors", agent=move.agent)
        changed = _do(visit, move, what, fit)
    left = len(ids) - len(changed)
    told = visit.say(f"house.{what}_done", n=len(changed)) + (" " + visit.say("house.left", n=left) if left else "")
    return visit.go("/house/outbox", told=told, state=visit.given("state"))


def doable(state: DeliveryState) -> list[str]:
    """What can be done with a letter in this state."""
    return [what for what, states in DOABLE.items() if state in states]


def _do(visit: Visit, move: Move, what: str, ids: list[int]) -> list[int]:
    match what:
        case "release_letters":
            unproven = letters.unproven_letters(move.connection, ids)
            proven = [number for number in ids if number not in unproven]
            released = letters.release_letters(move.connection, proven, move.journal)
            return released + letters.release_unproven(move, list(unproven), anyway=True)
        case "drop":
            return letters.drop_letters(move.connection, ids, move.journal)
        case "resend":
            return letters.resend_letters(move.connection, ids, move.journal)
        case _:
            return letters.settle_arrived(move.connection, visit.desk.house, ids, move.journal)


def _asked(visit: Visit, what: str, rows: Sequence[Any]) -> Asked:
    customers = sum(row.kind in TO_CUSTOMERS for row in rows)
    why = visit.say(f"house.{what}_why")
    if customers:
        why += " " + visit.say("house.goes_to_customers", n=customers)
    return Asked(
        title=visit.say(f"house.{what}_ask", n=len(rows)),
        why=why,
        button=visit.say(f"house.{what}"),
        action=f"/house/outbox/{what}",
        back="/house/outbox",
        rows=[(row.id, f"{visit.say(f'house.letter.{row.kind}')} · {row.recipient}") for row in rows],
        danger=what == "drop",
        more=(("state", visit.given("state")),),
    )


def _counts(connection: sa.Connection) -> dict[str, int]:
    query = sa.select(outbox.c.state, sa.func.count()).group_by(outbox.c.state)
    return {str(state): int(count) for state, count in connection.execute(query)}


def _state(visit: Visit, counts: dict[str, int]) -> DeliveryState:
    given = visit.given("state")
    if given in list(DeliveryState):
        return DeliveryState(given)
    return next((state for state in _TROUBLED if counts.get(state)), DeliveryState.HELD)
