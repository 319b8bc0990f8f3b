"""Finds customers of whom nothing is left but their name and addresses: every case of theirs was forgotten. Reads only."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from ventanilla.store.erasing.old_cases import with_words
from ventanilla.store.erasing.whose import Whose, whose_data
from ventanilla.store.tables import addresses, contacts, conversations

_THEIRS = addresses.c.contact_id == contacts.c.id


def maybe_silent(connection: sa.Connection, *, before: datetime, after: int, limit: int) -> list[int]:
    """Contacts beyond `after` whom nobody heard of since: with a case, known before that by every address, and without anything
    that one of us decided about them (an account manager, a restriction). Whether they are silent `is_silent` says."""
    newer = sa.exists().where(_THEIRS, addresses.c.created_at >= before)
    spoke = sa.exists().where(conversations.c.contact_id == contacts.c.id)
    lately = sa.exists().where(conversations.c.contact_id == contacts.c.id, conversations.c.last_message_at >= before)
    query = sa.select(contacts.c.id).where(
        contacts.c.id > after,
        contacts.c.erased_at.is_(None),
        contacts.c.created_at < before,
        contacts.c.account_manager.is_(None),
        contacts.c.restriction.is_(None),
        sa.exists().where(_THEIRS),
        ~newer,
        spoke,
        ~lately,
    )
    return list(connection.scalars(query.order_by(contacts.c.id).limit(limit)))


def is_silent(connection: sa.Connection, contact_id: int) -> Whose | None:
    """Their rows where every case of theirs, and every other in which they take part, has lost its words; None else."""
    whose = whose_data(connection, contact_id)
    if not whose.cases or with_words(connection, [*whose.cases, *whose.elsewhere]):
        return None
    return whose
