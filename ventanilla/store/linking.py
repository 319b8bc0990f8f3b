"""Makes two contacts one, and one address a contact of its own again. A person decides it; nothing here guesses.

A link moves every address and every case of one contact to another; no case changes its owner. The emptied contact stays as
a row: the log names it, each address that came from it says so (`addresses.linked_from`), and taking the link back revives it.

Lock order as everywhere: addresses, conversations. Links are taken one at a time, so that no two of them can cross.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ventanilla.errors import BadInput
from ventanilla.store.events import Journal
from ventanilla.store.restrictions import forget_restriction, restriction_of, take_over_restriction
from ventanilla.store.suggestions import carry_over, reject, settle
from ventanilla.store.tables import addresses, contacts, conversations, events
from ventanilla.words import AddressKind, EventKind

_ONE_AT_A_TIME = sa.select(
    sa.func.pg_advisory_xact_lock(0x636F6E74616374)
)  # "contact": a number that nobody else locks
_MERGED = ("language", "account_manager")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What a link or its undoing moved: from which contact to which, how many addresses, which cases by id."""

    source: int
    target: int
    addresses: int
    cases: Sequence[int]


def begin_contact_change(connection: sa.Connection) -> None:
    """Wait until nobody else links, unlinks or imports; until the transaction ends nobody else does. Call it first."""
    if connection.dialect.name == "postgresql":  # SQLite's transactions that write are one at a time anyway
        connection.execute(_ONE_AT_A_TIME)


def link_contacts(connection: sa.Connection, kept: int, other: int, journal: Journal) -> Moved:
    """Everything of `other` belongs to `kept` from now on. What `kept` says of itself stands (name, language, account
    manager); what it does not say is taken from `other`; tags are joined; of their restrictions the stricter holds for both. Two
    that are one already: nothing changes."""
    begin_contact_change(connection)
    if kept == other:
        return Moved(source=other, target=kept, addresses=0, cases=())
    lock_addresses_of(connection, (kept, other))
    mine, theirs = _contact(connection, kept), _contact(connection, other)
    moved = _move_addresses(connection, other, kept)
    cases = _move_cases(connection, conversations.c.contact_id == other, kept)
    after = {name: getattr(mine, name) or getattr(theirs, name) for name in _MERGED}
    owner = _latest_owner(connection, kept) or mine.last_owner or theirs.last_owner
    connection.execute(
        sa.update(contacts)
        .where(contacts.c.id == kept)
        .values(name=mine.name or theirs.name, last_owner=owner, tags=_joined(mine.tags, theirs.tags), **after)
    )
    restricted = take_over_restriction(connection, kept, other, journal)
    carry_over(connection, other, kept)
    settle(connection, kept, other, by=journal.actor, now=journal.now)
    data = {
        "kept": kept,
        "emptied": other,
        "addresses": moved,
        "cases": cases,
        "before": {name: getattr(mine, name) for name in _MERGED},
        "after": after,
        "own_tags": len(mine.tags),  # how many, not which: the log outlives a customer who is erased
        "restricted": restricted and mine.restriction is None,
        "named": not mine.name and bool(theirs.name),
    }
    _note(journal, EventKind.CONTACT_LINKED, data, cases)
    return Moved(source=other, target=kept, addresses=moved, cases=cases)


def unlink_address(connection: sa.Connection, kind: AddressKind | str, value: str, journal: Journal) -> Moved:
    """The address is a contact of its own again, with the cases it started. If a link had brought it, the contact it came
    from is revived, and once nothing of that contact is left behind, what the link added is taken back where nobody has
    changed it since. Else it begins with its own name alone. Raises BadInput for the only address of its contact."""
    begin_contact_change(connection)
    this = (addresses.c.kind == kind) & (addresses.c.value == value)
    old = int(connection.execute(sa.select(addresses.c.contact_id).where(this)).scalar_one())
    rows = lock_addresses_of(connection, (old,))
    if len(rows) < 2:
        raise BadInput(f"{value} is the only address of its contact: there is nothing to unlink it from")
    row = connection.execute(sa.select(addresses).where(this)).one()
    home, revived = _home_of(connection, row, journal)
    connection.execute(sa.update(addresses).where(this).values(contact_id=home, linked_from=None))
    started = (conversations.c.contact_id == old) & (conversations.c.address == value)
    cases = _move_cases(connection, started, home)
    if revived:
        _take_back(connection, old, home)
    for contact_id in (old, home):
        owner = _latest_owner(connection, contact_id)
        if owner is not None:
            connection.execute(sa.update(contacts).where(contacts.c.id == contact_id).values(last_owner=owner))
    reject(connection, old, home, by=journal.actor, now=journal.now)
    data = {"contact": old, "unlinked": home, "revived": revived, "addresses": 1, "cases": cases}
    _note(journal, EventKind.CONTACT_UNLINKED, data, cases)
    return Moved(source=old, target=home, addresses=1, cases=cases)


def lock_addresses_of(connection: sa.Connection, contact_ids: Sequence[int]) -> Sequence[sa.Row[Any]]:
    """Every address of these contacts, locked in the one order that everybody takes them in (by their characters)."""
    value = addresses.c.value if connection.dialect.name == "sqlite" else addresses.c.value.collate("C")
    query = sa.select(addresses).where(addresses.c.contact_id.in_(contact_ids))
    return connection.execute(query.order_by(value, addresses.c.kind).with_for_update()).all()


def _contact(connection: sa.Connection, contact_id: int) -> sa.Row[Any]:
    return connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one()


def _move_addresses(connection: sa.Connection, source: int, target: int) -> int:
    back = addresses.c.linked_from == target  # it comes home: whoever linked it is being linked in turn
    came_from = sa.case((back, None), else_=sa.func.coalesce(addresses.c.linked_from, addresses.c.contact_id))
    update = sa.update(addresses).where(addresses.c.contact_id == source)
    return connection.execute(update.values(contact_id=target, linked_from=came_from)).rowcount


def _move_cases(connection: sa.Connection, which: sa.ColumnElement[bool], target: int) -> list[int]:
    query = sa.select(conversations.c.id).where(which).order_by(conversations.c.id).with_for_update()
    cases = list(connection.scalars(query))
    for start in range(0, len(cases), 1000):
        some = conversations.c.id.in_(cases[start : start + 1000])
        connection.execute(sa.update(conversations).where(some).values(contact_id=target))
    return cases


def _latest_owner(connection: sa.Connection, contact_id: int) -> str | None:
    query = sa.select(conversations.c.owner).where(conversations.c.contact_id == contact_id)
    return connection.scalar(query.order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc()).limit(1))


def _home_of(connection: sa.Connection, row: sa.Row[Any], journal: Journal) -> tuple[int, bool]:
    """The contact that the address goes to, and whether that is the one it came from (nobody else may be there now)."""
    if row.linked_from is not None:
        lived_in = sa.select(addresses.c.value).where(addresses.c.contact_id == row.linked_from).limit(1)
        if connection.scalar(lived_in) is None:
            return int(row.linked_from), True
    values = {"name": row.name, "tags": [], "created_at": journal.now}
    return int(connection.execute(sa.insert(contacts).returning(contacts.c.id), values).scalar_one()), False


def _take_back(connection: sa.Connection, kept: int, emptied: int) -> None:
    left = sa.select(addresses.c.value).where(addresses.c.contact_id == kept, addresses.c.linked_from == emptied)
    link = _link_event(connection, kept, emptied)
    if link is None or connection.scalar(left.limit(1)) is not None:
        return
    now, theirs = _contact(connection, kept), _contact(connection, emptied)
    before, after = link["before"], link["after"]
    values = {name: before[name] for name in _MERGED if getattr(now, name) == after[name] != before[name]}
    own = now.tags[: link["own_tags"]]
    if now.tags == _joined(own, theirs.tags) != own:
        values["tags"] = own
    if link["named"] and now.name == theirs.name:
        values["name"] = ""
    if link.get("restricted") and restriction_of(connection, kept) == restriction_of(connection, emptied):
        forget_restriction(connection, kept)
    if values:
        connection.execute(sa.update(contacts).where(contacts.c.id == kept).values(values))


def _joined(tags: Sequence[str], others: Sequence[str]) -> list[str]:
    return [*tags, *(tag for tag in others if tag not in tags)]


def _link_event(connection: sa.Connection, kept: int, emptied: int) -> Mapping[str, Any] | None:
    query = sa.select(events.c.data).where(
        events.c.kind == EventKind.CONTACT_LINKED, events.c.conversation_id.is_(None)
    )
    for data in connection.scalars(query.order_by(events.c.id.desc())):
        if (data["kept"], data["emptied"]) == (kept, emptied):
            return dict(data)
    return None


def _note(journal: Journal, kind: EventKind, data: Mapping[str, Any], cases: Sequence[int]) -> None:
    """Once with all that undoing needs, and in the history of each case that moved."""
    journal.add(kind, data=data)
    short = {name: value for name, value in data.items() if name in ("kept", "emptied", "contact", "unlinked")}
    for case_id in cases:
        journal.add(kind, conversation_id=case_id, data=short)
