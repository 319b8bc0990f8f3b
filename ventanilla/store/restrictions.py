"""What a contact's restriction is: setting it, lifting it, reading it. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.once import forget, once
from ventanilla.store.tables import contacts
from ventanilla.words import EventKind, Restriction

_OF = sa.select(
    contacts.c.restriction,
    contacts.c.restricted_to,
    contacts.c.restricted_by,
    contacts.c.restricted_at,
    contacts.c.restricted_until,
    contacts.c.restriction_reason,
).where(contacts.c.id == sa.bindparam("contact_id"))
_NOTHING = dict.fromkeys(
    ("restriction", "restricted_to", "restriction_reason", "restricted_by", "restricted_at", "restricted_until")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a customer is dealt with: by `to` alone, or not at all until `until`; by whose word, and why."""

    restriction: Restriction
    by: str
    reason: str
    to: str | None = None
    until: datetime | None = None


def restriction_of(connection: sa.Connection, contact_id: int) -> Any:
    """The contact's restriction as it stands, whether or not it has expired."""
    question = ("restriction", contact_id)
    return once(connection, question, lambda: connection.execute(_OF, {"contact_id": contact_id}).one())


def restrict(connection: sa.Connection, contact_id: int, terms: Terms, journal: Journal) -> bool:
    """Put a restriction in the place of any that the contact has; whether that changed anything. The caller holds the locks of
    the contact's addresses, so that nothing of theirs is routed meanwhile."""
    before = restriction_of(connection, contact_id)
    same = (before.restriction, before.restricted_to, before.restricted_until, before.restriction_reason)
    if same == (terms.restriction, terms.to, terms.until, terms.reason):
        return False
    values = {
        "restriction": terms.restriction,
        "restricted_to": terms.to,
        "restriction_reason": terms.reason,
        "restricted_by": terms.by,
        "restricted_at": journal.now,
        "restricted_until": terms.until,
    }
    _write(connection, contact_id, values)
    until = terms.until.isoformat() if terms.until else None
    data = {"contact": contact_id, "restriction": terms.restriction, "to": terms.to, "until": until}
    journal.add(EventKind.CONTACT_RESTRICTED, agent=terms.by, data=data)
    return True


def lift_restriction(connection: sa.Connection, contact_id: int, *, by: str, journal: Journal) -> bool:
    """Deal with the contact as with everybody else again; whether that changed anything."""
    before = restriction_of(connection, contact_id)
    if before.restriction is None:
        return False
    _write(connection, contact_id, _NOTHING)
    data = {"contact": contact_id, "restriction": before.restriction}
    journal.add(EventKind.CONTACT_UNRESTRICTED, agent=by, data=data)
    return True


def take_over_restriction(connection: sa.Connection, kept: int, other: int, journal: Journal) -> bool:
    """Two contacts become one: the stricter of their restrictions is the first's from now on, as it was put in force; whether that
    changed anything. A block that is over is none. The caller holds the locks of their addresses."""
    mine, theirs = restriction_of(connection, kept), restriction_of(connection, other)
    if _strictness(theirs, journal.now) <= _strictness(mine, journal.now):
        return False
    _write(connection, kept, {name: getattr(theirs, name) for name in _NOTHING})
    until = theirs.restricted_until.isoformat() if theirs.restricted_until else None
    data = {
        "contact": kept,
        "restriction": theirs.restriction,
        "to": theirs.restricted_to,
        "until": until,
        "from": other,
    }
    journal.add(EventKind.CONTACT_RESTRICTED, agent=theirs.restricted_by, data=data)
    return True


def forget_restriction(connection: sa.Connection, contact_id: int) -> None:
    """The contact has none any more: it was another's, and is theirs again."""
    _write(connection, contact_id, _NOTHING)


def _strictness(terms: Any, now: datetime) -> tuple[int, float]:
    """Not let in weighs more than one of us alone, and among blocks the longer one."""
    if terms.restriction == Restriction.RESTRICTED:
        return 1, 0
    in_force = terms.restriction == Restriction.BLOCKED and now < terms.restricted_until
    return (2, terms.restricted_until.timestamp()) if in_force else (0, 0)


def _write(connection: sa.Connection, contact_id: int, values: dict[str, Any]) -> None:
    forget(connection, ("restriction", contact_id))
    connection.execute(sa.update(contacts).where(contacts.c.id == contact_id).values(values))
