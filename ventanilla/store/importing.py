"""Brings the house's own list of customers into the store, a batch at a time. Reads no file and merges nobody.

An entry's addresses say who it is about: nobody we know makes a new contact, one contact is brought up to date, and several
contacts become a suggestion that they are one person. The same entries again change nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.linking import begin_contact_change, lock_addresses_of
from ventanilla.store.suggestions import Reason, suggest
from ventanilla.store.tables import addresses, contacts
from ventanilla.words import AddressKind, EventKind

Address = tuple[AddressKind, str]

_MANY = 500
_ADD_CONTACTS = sa.insert(contacts).returning(contacts.c.id, sort_by_parameter_order=True)
_ADD_ADDRESSES = insert_ignoring(addresses)
_FIELDS = ("name", "language", "account_manager", "tags")
_CHANGE = (
    sa.update(contacts)
    .where(contacts.c.id == sa.bindparam("this_id"))
    .values({name: sa.bindparam(f"new_{name}", type_=contacts.c[name].type) for name in _FIELDS})
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One customer of the list: what it does not say (empty, None) changes nothing. Addresses are in canonical form."""

    addresses: tuple[Address, ...]
    name: str = ""
    language: str | None = None
    account_manager: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Outcome:
    """How many entries made a contact, changed one, changed nothing; how many addresses and suggestions are new."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    addresses: int = 0
    suggested: int = 0

    def add(self, other: Outcome) -> None:
        """Count another batch's outcome in."""
        for name in Outcome.__dataclass_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True, kw_only=True)
class _Plan:
    """What a batch comes to. `new` are entries about nobody we know; `ties` pairs of contacts that an entry names together."""

    new: list[Entry] = field(default_factory=list)
    values: dict[int, dict[str, Any]] = field(default_factory=dict)
    added: list[tuple[int, Entry, Address]] = field(default_factory=list)
    ties: list[tuple[int, int]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


def import_entries(
    connection: sa.Connection,
    entries: Sequence[Entry],
    journal: Journal,
    *,
    replace_tags: bool = False,
    dry_run: bool = False,
) -> Outcome:
    """Take a batch of entries, no address in two of them, in the caller's transaction. Tags are added to those a contact has,
    or take their place. `dry_run` only counts (a tie that was suggested before is counted again)."""
    if not dry_run:
        begin_contact_change(connection)
    known = _known(connection, chain.from_iterable(entry.addresses for entry in entries))
    if known and not dry_run:
        lock_addresses_of(connection, sorted(set(known.values())))
    current = _contacts(connection, set(known.values()))
    plan = _plan(entries, known, current, replace_tags=replace_tags)
    if dry_run:
        plan.outcome.suggested = len(plan.ties)
        return plan.outcome
    created = _write(connection, plan, journal)
    taken = _taken_meanwhile(connection, created, plan, journal)
    if taken:
        plan.outcome.created -= len(taken)
        plan.outcome.addresses -= sum(len(entry.addresses) for entry in taken)
        plan.outcome.add(import_entries(connection, taken, journal, replace_tags=replace_tags))
    return plan.outcome


def _plan(
    entries: Sequence[Entry],
    known: Mapping[Address, int],
    current: Mapping[int, Mapping[str, Any]],
    *,
    replace_tags: bool,
) -> _Plan:
    plan = _Plan()
    for entry in entries:
        whose = list(dict.fromkeys(known[address] for address in entry.addresses if address in known))
        if not whose:
            plan.new.append(entry)
            plan.outcome.created += 1
            plan.outcome.addresses += len(entry.addresses)
            continue
        added = [(whose[0], entry, address) for address in entry.addresses if address not in known]
        changes = [_changes(entry, plan, contact, current[contact], replace_tags=replace_tags) for contact in whose]
        plan.added += added
        plan.ties += [(whose[0], other) for other in whose[1:]]
        plan.outcome.addresses += len(added)
        if added or any(changes):
            plan.outcome.changed += 1
        else:
            plan.outcome.unchanged += 1
    return plan


def _changes(
    entry: Entry, plan: _Plan, contact: int, row: Mapping[str, Any], *, replace_tags: bool
) -> dict[str, Any] | None:
    """What the entry changes of a contact, noted in the plan; None for nothing."""
    before = plan.values.get(contact) or {name: row[name] for name in _FIELDS}
    tags = list(entry.tags) if replace_tags and entry.tags else [*before["tags"]]
    after = {
        "name": entry.name or before["name"],
        "language": entry.language or before["language"],
        "account_manager": entry.account_manager or before["account_manager"],
        "tags": [*tags, *(tag for tag in entry.tags if tag not in tags)],
    }
    if after == before:
        return None
    plan.values[contact] = after
    return after


def _write(connection: sa.Connection, plan: _Plan, journal: Journal) -> dict[int, Entry]:
    """Do what the plan says; the new contacts' ids with their entries."""
    now = journal.now
    rows = [
        {
            "name": entry.name,
            "language": entry.language,
            "account_manager": entry.account_manager,
            "tags": list(entry.tags),
            "created_at": now,
        }
        for entry in plan.new
    ]
    ids = list(connection.scalars(_ADD_CONTACTS, rows)) if rows else []
    created = dict(zip(ids, plan.new, strict=True))
    added = [*plan.added, *((made, entry, each) for made, entry in created.items() for each in entry.addresses)]
    if added:
        values = [
            {"kind": kind, "value": value, "name": entry.name, "contact_id": contact, "created_at": now}
            for contact, entry, (kind, value) in sorted(added, key=lambda one: (one[2][1], one[2][0]))
        ]
        connection.execute(_ADD_ADDRESSES[connection.dialect.name], values)
    if plan.values:
        changes = [
            {"this_id": contact, **{f"new_{name}": value for name, value in values.items()}}
            for contact, values in sorted(plan.values.items())
        ]
        connection.execute(_CHANGE, changes)
    for one, other in plan.ties:
        plan.outcome.suggested += suggest(connection, one, other, reason=Reason.IMPORT, journal=journal)
    if created or plan.values or plan.added:
        changed = sorted({*plan.values, *(contact for contact, _, _ in plan.added)})
        journal.add(EventKind.CONTACT_CHANGED, data={"by": "import", "created": ids, "changed": changed})
    return created


def _taken_meanwhile(
    connection: sa.Connection, created: Mapping[int, Entry], plan: _Plan, journal: Journal
) -> list[Entry]:
    """Entries whose every address a message made its own just before we did: their new contacts go again. Where it took only
    some, the two contacts may be one person."""
    whose = _known(connection, chain.from_iterable(entry.addresses for entry in created.values()))
    lost = []
    for made, entry in created.items():
        others = {whose[each] for each in entry.addresses} - {made}
        if made not in {whose[each] for each in entry.addresses}:
            lost.append(made)
            continue
        for other in sorted(others):
            plan.outcome.suggested += suggest(connection, made, other, reason=Reason.IMPORT, journal=journal)
            plan.outcome.addresses -= sum(whose[each] == other for each in entry.addresses)
    if lost:
        connection.execute(sa.delete(contacts).where(contacts.c.id.in_(lost)))
    return [created[made] for made in lost]


def _known(connection: sa.Connection, wanted: Iterable[Address]) -> dict[Address, int]:
    """Whose each of these addresses is, of those that are anybody's."""
    by_kind: dict[AddressKind, list[str]] = {}
    for kind, value in wanted:
        by_kind.setdefault(kind, []).append(value)
    found: dict[Address, int] = {}
    for kind, values in by_kind.items():
        for start in range(0, len(values), _MANY):
            some = values[start : start + _MANY]
            query = sa.select(addresses.c.value, addresses.c.contact_id).where(
                addresses.c.kind == kind, addresses.c.value.in_(some)
            )
            found |= {(kind, row.value): row.contact_id for row in connection.execute(query)}
    return found


def _contacts(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    wanted = sorted(ids)
    found: dict[int, Mapping[str, Any]] = {}
    for start in range(0, len(wanted), _MANY):
        query = sa.select(contacts).where(contacts.c.id.in_(wanted[start : start + _MANY]))
        found |= {row.id: row._mapping for row in connection.execute(query)}
    return found
