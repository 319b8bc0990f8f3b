"""Which cases somebody may see: everybody's for whoever oversees; else their own, those they work in, and those of their teams."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from desk.entry.person import Person, Right
from ventanilla.store.tables import collaborators, contacts, conversations

_COLUMN = conversations.c


def visible_to(person: Person) -> sa.ColumnElement[bool]:
    """The condition on a query over `conversations` that leaves what this person may see."""
    if not person.has(Right.LOOK):
        return sa.false()
    if person.has(Right.OVERSEE) or (person.role.sees_everybody and person.scopes is None):
        return sa.true()
    mine = sa.select(collaborators.c.conversation_id).where(collaborators.c.agent == person.agent)
    return sa.or_(
        _COLUMN.owner == person.agent, _COLUMN.team.in_(sorted(person.teams)), _COLUMN.id.in_(mine.scalar_subquery())
    )


def may_see(connection: sa.Connection, person: Person, case_id: int) -> bool:
    """Whether they may see this case. Of a merged one, whether they may see the one it went into: its key shows that one, whoever
    had it before."""
    found = connection.execute(sa.select(_COLUMN.id, _COLUMN.merged_into).where(_COLUMN.id == case_id)).one_or_none()
    if found is None:
        return False
    wanted = sa.select(_COLUMN.id).where(_COLUMN.id == (found.merged_into or case_id), visible_to(person))
    return connection.execute(wanted).first() is not None


def visible_customers(person: Person) -> sa.ColumnElement[bool]:
    """The condition on a query over `contacts`: everybody for whoever oversees; else those with a case that they may see."""
    if person.has(Right.OVERSEE):
        return sa.true()
    theirs = sa.select(sa.literal(1)).where(_COLUMN.contact_id == contacts.c.id, visible_to(person))
    return sa.exists(theirs.correlate(contacts))


def visible_keys(connection: sa.Connection, person: Person, keys: Iterable[str]) -> frozenset[str]:
    """Of these keys, those of cases that this person may see."""
    query = sa.select(_COLUMN.key).where(_COLUMN.key.in_(list(keys)), visible_to(person))
    return frozenset(connection.scalars(query))


def as_seen(connection: sa.Connection, person: Person, told: Mapping[str, Any]) -> dict[str, Any]:
    """What is told of a customer, without other cases and suggested customers that this person may not see."""
    others = [one["contact_id"] for one in told["suggestions"]]
    query = sa.select(contacts.c.id).where(contacts.c.id.in_(others), visible_customers(person))
    known = frozenset(connection.scalars(query))
    seen = {**told, "suggestions": [one for one in told["suggestions"] if one["contact_id"] in known]}
    if "other_cases" in told:
        keys = visible_keys(connection, person, (one["key"] for one in told["other_cases"]))
        seen["other_cases"] = [one for one in told["other_cases"] if one["key"] in keys]
    return seen
