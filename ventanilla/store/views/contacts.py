"""Customers as a list and one by one: addresses, what is known of them, their cases, who they may also be. Reads only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from ventanilla.store.suggestions import open_suggestions
from ventanilla.store.tables import addresses, contacts, conversations

LAST_CASES = 10
_CLOSEST = 300
_HAS_ADDRESS = sa.exists(sa.select(sa.literal(1)).where(addresses.c.contact_id == contacts.c.id))


def list_contacts(
    connection: sa.Connection,
    *,
    search: str | None = None,
    limit: int | None = None,
    after: int | None = None,
    only: sa.ColumnElement[bool] | None = None,
) -> list[dict[str, Any]]:
    """Customers, the newest first; `search` is part of a name or of an address. `after` is an id, `only` a condition."""
    query = sa.select(contacts).where(_HAS_ADDRESS).order_by(contacts.c.id.desc())
    if only is not None:
        query = query.where(only)
    if search:
        written = sa.exists(
            sa.select(sa.literal(1)).where(
                addresses.c.contact_id == contacts.c.id, addresses.c.value.icontains(search, autoescape=True)
            )
        )
        query = query.where(contacts.c.name.icontains(search, autoescape=True) | written)
    if after is not None:
        query = query.where(contacts.c.id < after)
    return _documents(connection, connection.execute(query if limit is None else query.limit(limit)).all())


def contact_document(connection: sa.Connection, contact_id: int, *, last: int = LAST_CASES) -> dict[str, Any]:
    """One customer whole: as in the list, with every open case, the last of the others, and who they may also be."""
    row = connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one()
    (document,) = _documents(connection, [row])
    return document | {
        "cases": cases_of(connection, contact_id, last=last),
        "suggestions": suggestions_about(connection, contact_id),
        "restriction": restriction_document(row),
    }


def restriction_document(row: sa.Row[Any]) -> dict[str, Any] | None:
    """How a difficult customer (a row of `contacts`) is dealt with; None where they are none. From `until` on a block counts no
    more."""
    if row.restriction is None:
        return None
    return {
        "kind": row.restriction,
        "to": row.restricted_to,
        "until": row.restricted_until,
        "by": row.restricted_by,
        "at": row.restricted_at,
        "reason": row.restriction_reason,
    }


def customer_of(connection: sa.Connection, case: sa.Row[Any]) -> dict[str, Any]:
    """What a case's page says of its customer beside the case itself."""
    row = connection.execute(sa.select(contacts).where(contacts.c.id == case.contact_id)).one()
    (document,) = _documents(connection, [row])
    others = [other for other in cases_of(connection, row.id) if other["key"] != case.key]
    kept = ("addresses", "language", "tags", "owner")
    return {name: document[name] for name in kept} | {
        "erased_at": row.erased_at,
        "other_cases": others,
        "restriction": restriction_document(row),
        "suggestions": suggestions_about(connection, row.id),
    }


def cases_of(
    connection: sa.Connection, contact_id: int, *, last: int = LAST_CASES, only: sa.ColumnElement[bool] | None = None
) -> list[dict[str, Any]]:
    """A customer's cases, the latest first: all that somebody answers for, and so many of the others; `only` is a condition."""
    query = (
        sa.select(conversations)
        .where(conversations.c.contact_id == contact_id)
        .order_by(conversations.c.last_message_at.desc(), conversations.c.id.desc())
    )
    query = query if only is None else query.where(only)
    over = connection.execute(query.where(conversations.c.owned.is_(None)).limit(last)).all()
    rows = sorted(
        [*connection.execute(query.where(conversations.c.owned == 1)), *over],
        key=lambda row: (row.last_message_at, row.id),
        reverse=True,
    )
    return [
        {
            "key": row.key,
            "channel": row.channel,
            "address": row.address,
            "state": row.state,
            "owner": row.owner,
            "subject": row.subject,
            "last_message_at": row.last_message_at,
            "waiting_since": row.waiting_since,
        }
        for row in rows
    ]


def suggestions_about(connection: sa.Connection, contact_id: int) -> list[dict[str, Any]]:
    """Who this customer may also be, and why: the other's id, name and addresses."""
    rows = open_suggestions(connection, contact_id=contact_id)
    others = {row.other_id if row.contact_id == contact_id else row.contact_id for row in rows}
    known = _addresses(connection, sorted(others))
    return [
        {
            "contact_id": (other := row.other_id if row.contact_id == contact_id else row.contact_id),
            "name": row.other_name if row.contact_id == contact_id else row.name,
            "addresses": known.get(other, []),
            "reason": row.reason,
            "created_at": row.created_at,
        }
        for row in rows
    ]


def list_suggestions(connection: sa.Connection, *, limit: int | None = None) -> list[dict[str, Any]]:
    """Pairs that nobody has decided about, the newest first: both sides with name and addresses, and the reason."""
    rows = open_suggestions(connection, limit=limit)
    known = _addresses(connection, sorted({each for row in rows for each in (row.contact_id, row.other_id)}))
    return [
        {
            "contacts": [
                {"id": row.contact_id, "name": row.name, "addresses": known.get(row.contact_id, [])},
                {"id": row.other_id, "name": row.other_name, "addresses": known.get(row.other_id, [])},
            ],
            "reason": row.reason,
            "created_at": row.created_at,
        }
        for row in rows
    ]


def owners_of_value(connection: sa.Connection, values: Sequence[str]) -> Sequence[sa.Row[Any]]:
    """The addresses that read so, of whatever kind."""
    return connection.execute(sa.select(addresses).where(addresses.c.value.in_(values))).all()


def near_addresses(connection: sa.Connection, typed: str) -> list[str]:
    """Some addresses among which the one that was meant may be: they begin or end as it does."""
    local, at, _ = typed.rpartition("@")
    begins = addresses.c.value.istartswith(local + at if at else typed[:4], autoescape=True)
    ends = addresses.c.value.iendswith(typed[-4:], autoescape=True)
    found: list[str] = []
    for close in (begins, addresses.c.value.istartswith(typed[:3], autoescape=True) | ends):
        found += connection.scalars(sa.select(addresses.c.value).where(close).limit(_CLOSEST))
    return list(dict.fromkeys(found))


def _documents(connection: sa.Connection, rows: Sequence[sa.Row[Any]]) -> list[dict[str, Any]]:
    ids = [row.id for row in rows]
    known, cases = _addresses(connection, ids), _case_counts(connection, ids)
    return [
        {
            "id": row.id,
            "name": row.name,
            "addresses": known.get(row.id, []),
            "language": row.language,
            "tags": row.tags,
            "owner": row.account_manager,
            "last_owner": row.last_owner,
            "created_at": row.created_at,
        }
        | cases.get(row.id, {"open_cases": 0, "case_count": 0, "last_message_at": None})
        for row in rows
    ]


def _addresses(connection: sa.Connection, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """The addresses of each contact, the longest known first."""
    found: dict[int, list[dict[str, Any]]] = {}
    for some in _pieces(ids):
        query = sa.select(addresses).where(addresses.c.contact_id.in_(some))
        for row in connection.execute(query.order_by(addresses.c.created_at, addresses.c.kind, addresses.c.value)):
            found.setdefault(row.contact_id, []).append(
                {
                    "kind": row.kind,
                    "address": row.value,
                    "name": row.name,
                    "created_at": row.created_at,
                    "opted_out_at": row.opted_out_at,
                    "linked_from": row.linked_from,
                }
            )
    return found


def _case_counts(connection: sa.Connection, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for some in _pieces(ids):
        query = (
            sa.select(
                conversations.c.contact_id,
                sa.func.count().label("case_count"),
                sa.func.count(conversations.c.owned).label("open_cases"),
                sa.func.max(conversations.c.last_message_at).label("last_message_at"),
            )
            .where(conversations.c.contact_id.in_(some))
            .group_by(conversations.c.contact_id)
        )
        for row in connection.execute(query):
            found[row.contact_id] = {
                "open_cases": row.open_cases,
                "case_count": row.case_count,
                "last_message_at": row.last_message_at,
            }
    return found


def _pieces(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + 1000] for start in range(0, len(ids), 1000)]
