"""Who may be the same person: pairs of contacts with the reason for thinking so, each told once. Links nobody by itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import Journal
from ventanilla.store.insert import insert_ignoring
from ventanilla.store.tables import contact_suggestions, contacts
from ventanilla.words import EventKind


class Reason(StrEnum):
    """Why two contacts may be one person. A code, never what anybody wrote."""

    SHARED = "shared"
    NAMES_PHONE = "names_phone"
    NAMES_MAIL = "names_mail"
    SAME_NAME = "same_name"
    IMPORT = "import"


_ADD = insert_ignoring(contact_suggestions, contact_suggestions.c.contact_id)
_PAIR = (contact_suggestions.c.contact_id == sa.bindparam("one")) & (
    contact_suggestions.c.other_id == sa.bindparam("two")
)


def suggest(connection: sa.Connection, one: int, other: int, *, reason: Reason, journal: Journal, **ids: Any) -> bool:
    """Note that two contacts may be one person, unless that was ever noted or rejected before. Whether it is new.

    `ids` say what it was seen in, as for any event.
    """
    if not _add(connection, one, other, reason=reason, now=journal.now):
        return False
    first, second = sorted((one, other))
    data = {"contact": first, "other": second, "reason": reason}
    journal.add(EventKind.CONTACT_SUGGESTED, data=data, **ids)
    return True


def reject(connection: sa.Connection, one: int, other: int, *, by: str, now: datetime) -> None:
    """Two contacts are two people: what suggested otherwise is settled, and nothing will suggest it again. Repeats do nothing."""
    _add(connection, one, other, reason="rejected", now=now)
    _settle(connection, one, other, by=by, now=now)


def settle(connection: sa.Connection, one: int, other: int, *, by: str, now: datetime) -> None:
    """A person has decided about a pair, if it was suggested."""
    _settle(connection, one, other, by=by, now=now)


def carry_over(connection: sa.Connection, emptied: int, kept: int) -> None:
    """What was thought of a contact who is now part of another is thought of that other; the pair itself stays as it is."""
    for row in connection.execute(_about(emptied)).all():
        third = row.other_id if row.contact_id == emptied else row.contact_id
        if third == kept:
            continue
        first, second = sorted((third, kept))
        moved = {**row._mapping, "contact_id": first, "other_id": second}
        connection.execute(_ADD[connection.dialect.name], moved)
        gone = (contact_suggestions.c.contact_id == row.contact_id) & (contact_suggestions.c.other_id == row.other_id)
        connection.execute(sa.delete(contact_suggestions).where(gone))


def open_suggestions(
    connection: sa.Connection, *, contact_id: int | None = None, limit: int | None = None
) -> Sequence[sa.Row[Any]]:
    """Pairs that nobody has decided about, newest first, with both names; of one contact, or all."""
    one, two = contacts.alias("one"), contacts.alias("two")
    query = (
        sa.select(contact_suggestions, one.c.name.label("name"), two.c.name.label("other_name"))
        .join(one, one.c.id == contact_suggestions.c.contact_id)
        .join(two, two.c.id == contact_suggestions.c.other_id)
        .where(contact_suggestions.c.settled_at.is_(None))
        .order_by(contact_suggestions.c.created_at.desc(), contact_suggestions.c.contact_id)
    )
    if contact_id is not None:
        query = query.where(_involves(contact_id))
    return connection.execute(query if limit is None else query.limit(limit)).all()


def _add(connection: sa.Connection, one: int, other: int, *, reason: str, now: datetime) -> bool:
    first, second = sorted((one, other))
    row = {"contact_id": first, "other_id": second, "reason": str(reason), "created_at": now}
    return connection.execute(_ADD[connection.dialect.name], row).first() is not None


def _settle(connection: sa.Connection, one: int, other: int, *, by: str, now: datetime) -> None:
    first, second = sorted((one, other))
    update = sa.update(contact_suggestions).where(_PAIR, contact_suggestions.c.settled_at.is_(None))
    connection.execute(update.values(settled_at=now, settled_by=by), {"one": first, "two": second})


def _about(contact_id: int) -> sa.Select[Any]:
    return sa.select(contact_suggestions).where(_involves(contact_id))


def _involves(contact_id: int) -> sa.ColumnElement[bool]:
    return (contact_suggestions.c.contact_id == contact_id) | (contact_suggestions.c.other_id == contact_id)
