"""What a person says of a customer: name, language, tags, who has them, how a difficult one is dealt with, who they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from config.values import LANGUAGES
from desk.entry.person import Right
from desk.pages.customers.seeing import is_suggested, require_customer
from desk.pages.page import NotFound, Visit
from router.moves.base import Move
from router.moves.restrict import block, restrict, unrestrict
from ventanilla.clocks.typed import read_end
from ventanilla.errors import BadInput
from ventanilla.store.contact_changes import change_contact
from ventanilla.store.linking import begin_contact_change, lock_addresses_of, unlink_address
from ventanilla.store.suggestions import reject

LONGEST = 200


def act(visit: Visit) -> Response:
    """One of _MOVES, by the form's `do`; back to the customer."""
    contact_id = int(visit.place("contact"))
    made = _MOVES.get(visit.given("do"))
    if made is None:
        raise NotFound
    with visit.moving() as move:
        begin_contact_change(move.connection)
        require_customer(visit, move.connection, contact_id)
        told = made(visit, move, contact_id)
    return visit.go(f"/customers/{contact_id}", told=told)


def _change(visit: Visit, move: Move, contact_id: int) -> str:
    """Name, language, tags, and by a supervisor's word the account manager."""
    values: dict[str, Any] = {
        "name": " ".join(visit.given("name").split()),
        "language": visit.given("language") or None,
        "tags": list(dict.fromkeys(" ".join(tag.split()) for tag in visit.given("tags").split(",") if tag.strip())),
    }
    if visit.person.has(Right.SUPERVISE):
        values["account_manager"] = visit.given("owner") or None
    odd_owner = values.get("account_manager") not in (None, *visit.desk.config.agents)
    odd_language = values["language"] not in (None, *LANGUAGES)
    if odd_owner or odd_language or any(len(text) > LONGEST for text in (values["name"], *values["tags"])):
        raise BadInput(visit.say("customers.odd_values", longest=LONGEST))
    changed = change_contact(move.connection, contact_id, values, move.journal)
    return visit.say("customers.told_changed" if changed else "customers.told_same")


def _restrict(visit: Visit, move: Move, contact_id: int) -> str:
    moved = restrict(move, contact_id, visit.given("to"), reason=visit.given("reason"))
    return visit.say("customers.told_restricted", n=moved)


def _block(visit: Visit, move: Move, contact_id: int) -> str:
    try:
        until = read_end(visit.given("until"), visit.desk.house.zone(), now=visit.now)
    except BadInput:
        raise BadInput(visit.say("customers.odd_until")) from None
    block(move, contact_id, until, reason=visit.given("reason"))
    return visit.say("customers.told_blocked")


def _unrestrict(visit: Visit, move: Move, contact_id: int) -> str:
    lifted = unrestrict(move, contact_id)
    return visit.say("customers.told_unrestricted" if lifted else "customers.told_same")


def _reject(visit: Visit, move: Move, contact_id: int) -> str:
    """Two people: it is never suggested again that they are one."""
    other = visit.number("other") or 0
    if not is_suggested(move.connection, contact_id, other):
        return visit.say("customers.told_same")
    require_customer(visit, move.connection, other)
    reject(move.connection, contact_id, other, by=move.agent, now=move.now)
    return visit.say("customers.told_rejected")


def _unlink(visit: Visit, move: Move, contact_id: int) -> str:
    """An address is a customer of its own again."""
    this = _address(visit, move, contact_id)
    if this is None:
        return visit.say("customers.told_same")
    unlink_address(move.connection, *this, move.journal)
    return visit.say("customers.told_unlinked", address=this[1])


def _address(visit: Visit, move: Move, contact_id: int) -> tuple[str, str] | None:
    """The address that the form names, if it is this customer's and not their only one."""
    rows = lock_addresses_of(move.connection, (contact_id,))
    found = [(str(row.kind), str(row.value)) for row in rows]
    named = (visit.given("kind"), visit.given("address"))
    return named if named in found and len(found) > 1 else None


_MOVES: dict[str, Callable[[Visit, Move, int], str]] = {
    "change": _change,
    "restrict": _restrict,
    "block": _block,
    "unrestrict": _unrestrict,
    "reject": _reject,
    "unlink": _unlink,
}
