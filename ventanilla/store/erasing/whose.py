"""Which rows are a customer's: their contacts, addresses, cases, and what they said in other people's cases. Reads only."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from ventanilla.store.tables import addresses, contacts, conversations, events, messages, participants
from ventanilla.words import Direction, EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """One customer. `contacts`: theirs first, then those that were emptied into it. `cases`: id → key, oldest first. `elsewhere`:
    cases of others in which they take part."""

    contacts: tuple[int, ...]
    addresses: tuple[tuple[str, str], ...]
    names: tuple[str, ...]
    cases: dict[int, str]
    elsewhere: tuple[int, ...]

    @property
    def values(self) -> tuple[str, ...]:
        """Their addresses without their kinds."""
        return tuple(dict.fromkeys(value for _, value in self.addresses))


def whose_data(connection: sa.Connection, contact_id: int) -> Whose:
    """Everything of this contact, as it stands now."""
    ids = (contact_id, *_emptied_into(connection, contact_id))
    theirs = connection.execute(
        sa.select(addresses).where(addresses.c.contact_id.in_(ids)).order_by(addresses.c.value)
    ).all()
    named = connection.scalars(sa.select(contacts.c.name).where(contacts.c.id.in_(ids)))
    cases = connection.execute(
        sa.select(conversations.c.id, conversations.c.key)
        .where(conversations.c.contact_id.in_(ids))
        .order_by(conversations.c.id)
    )
    keys = {row.id: str(row.key) for row in cases}
    values = [row.value for row in theirs]
    return Whose(
        contacts=ids,
        addresses=tuple((row.kind, row.value) for row in theirs),
        names=tuple(dict.fromkeys(name for name in (*named, *(row.name for row in theirs)) if name)),
        cases=keys,
        elsewhere=tuple(sorted(_takes_part_in(connection, values) - set(keys))),
    )


def said_elsewhere(connection: sa.Connection, whose: Whose) -> list[int]:
    """The ids of what they wrote in cases of others."""
    query = sa.select(messages.c.id).where(
        messages.c.conversation_id.in_(whose.elsewhere),
        messages.c.direction == Direction.IN,
        messages.c.from_address.in_(whose.values),
    )
    return list(connection.scalars(query.order_by(messages.c.id)))


def _emptied_into(connection: sa.Connection, contact_id: int) -> list[int]:
    """Contacts that were linked into this one, at whatever remove, and have no address of their own since."""
    links = connection.scalars(
        sa.select(events.c.data)
        .where(events.c.kind == EventKind.CONTACT_LINKED, events.c.conversation_id.is_(None))
        .order_by(events.c.id)
    )
    into: dict[int, list[int]] = {}
    for data in links:
        into.setdefault(int(data["kept"]), []).append(int(data["emptied"]))
    found, wanted = [], [contact_id]
    while wanted:
        for emptied in into.get(wanted.pop(), ()):
            lives = connection.scalar(sa.select(addresses.c.value).where(addresses.c.contact_id == emptied).limit(1))
            if lives is None and emptied != contact_id and emptied not in found:
                found.append(emptied)
                wanted.append(emptied)
    return found


def _takes_part_in(connection: sa.Connection, values: list[str]) -> set[int]:
    query = sa.select(participants.c.conversation_id).where(participants.c.value.in_(values))
    return set(connection.scalars(query))
