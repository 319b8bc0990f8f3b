"""Which cases somebody may see: everybody's for whoever oversees; else their own, those they work in, and those of their teams."""

from __future__ import annotations

import sqlalchemy as sa

from desk.entry.person import Person, Right
from ventanilla.store.tables import collaborators, conversations

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
    """Whether they may see this case. Of a merged one, whether they may see the one it went into."""
    found = connection.execute(sa.select(_COLUMN.id, _COLUMN.merged_into).where(_COLUMN.id == case_id)).one_or_none()
    if found is None:
        return False
    wanted = sa.select(_COLUMN.id).where(_COLUMN.id.in_((case_id, found.merged_into or case_id)), visible_to(person))
    return connection.execute(wanted.limit(1)).first() is not None
