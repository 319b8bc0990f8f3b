"""What one customer may be given of what is kept about them: their own words and ours to them, not other people's. Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa

from ventanilla.errors import BadInput
from ventanilla.store.erasing.scanning import loose_items
from ventanilla.store.erasing.whose import said_elsewhere, whose_data
from ventanilla.store.exporting.objects import Object, case_objects, contact_objects, item_objects
from ventanilla.store.tables import contacts, conversations, messages
from ventanilla.store.views.messages import messages_of
from ventanilla.words import CallOutcome, Direction, OutboxKind

LEFT_OUT = (
    "notes of our own people, and whom else they asked",
    "what other people wrote in these cases, and their addresses",
    "other people's cases, but for what this customer wrote there",
    "who else this customer may be, and why one of us restricted them",
)
"""What is not in it, for whoever hands it over."""
_OURS = ("notes", "collaborators", "links", "tags")
_TO_CUSTOMERS = (OutboxKind.ACKNOWLEDGEMENT, OutboxKind.REPLY, OutboxKind.AUTOMATIC)
_SAID = ("id", "medium", "subject", "sent_at", "received_at", "text", "reply_text", "attachments", "raw")


def about_customer(connection: sa.Connection, contact_id: int, *, blobs: Path) -> Iterator[Object]:
    """One customer, their cases, what they wrote in cases of others, and items of theirs that became no message. Raises BadInput
    for one who was erased."""
    row = connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one_or_none()
    if row is None or row.erased_at is not None:
        raise BadInput(f"of customer {contact_id} nothing is left")
    whose = whose_data(connection, contact_id)
    values = frozenset(whose.values)
    for contact in contact_objects(connection, list(whose.contacts)):
        yield _contact(contact)
    for case_id in whose.cases:
        for case in case_objects(connection, [case_id], blobs=blobs):
            yield _case(case, values)
    yield from _elsewhere(connection, said_elsewhere(connection, whose), blobs=blobs)
    for item_id in loose_items(connection, whose, blobs=blobs, theirs=frozenset()):
        yield from item_objects(connection, [item_id])


def _contact(contact: Object) -> Object:
    told = {name: value for name, value in contact.items() if name not in ("tags", "owner", "last_owner")}
    restricted = contact["restriction"]
    short = {name: restricted[name] for name in ("kind", "until", "at")} if restricted else None
    return {**told, "restriction": short}


def _case(case: Object, values: frozenset[str]) -> Object:
    told = {name: value for name, value in case.items() if name not in _OURS}
    told["messages"] = [_message(one, values) for one in case["messages"]]
    told["assignments"] = [
        {name: value for name, value in one.items() if name != "decision"} for one in case["assignments"]
    ]
    told["sent"] = [one for one in case["sent"] if one["kind"] in _TO_CUSTOMERS and one["recipient"] in {*values, ""}]
    return told


def _message(message: Object, values: frozenset[str]) -> Object:
    """Theirs, or ours to them. Of anybody else's only that there was one: when, and that it is withheld."""
    mine = message["direction"] == Direction.OUT or message["from_address"] in {*values, ""}
    remark = (message["direction"], message["outcome"]) == (Direction.OUT, CallOutcome.NO_ANSWER)
    to_them = message["direction"] == Direction.IN or not message["to"] or not values.isdisjoint(message["to"])
    if mine and to_them and not remark:
        return {**message, **{name: [one for one in message[name] if one in values] for name in ("to", "cc")}}
    kept = ("id", "direction", "medium", "sent_at", "received_at", "replied_at", "routed_at", "case")
    return {**{name: message[name] for name in kept}, "withheld": True}


def _elsewhere(connection: sa.Connection, ids: list[int], *, blobs: Path) -> Iterator[Object]:
    """What they wrote in cases of others, without those cases."""
    for message_id in ids:
        there = sa.select(conversations.c.id, conversations.c.key).join(messages).where(messages.c.id == message_id)
        row = connection.execute(there).one()
        for one in messages_of(connection, {row.id: row.key}, blobs):
            if one["id"] == message_id:
                yield {"type": "message", **{name: one[name] for name in _SAID}}
