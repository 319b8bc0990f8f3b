"""The objects of an export, each with its `type`, in order; files by the names under which they are kept. Reads only.

Of a merged case each object has its own messages alone, so that every message is there once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ventanilla.store.events import events_of
from ventanilla.store.exporting.scope import (
    Scope,
    case_ids,
    contact_ids,
    events_of_no_case,
    items_of_no_message,
)
from ventanilla.store.notes import notes_of
from ventanilla.store.tables import agents, contacts, conversations, inbox, team_members
from ventanilla.store.views.cases import case_document, case_rows_by_id
from ventanilla.store.views.clocks import clocks_of
from ventanilla.store.views.contacts import list_contacts, restriction_document
from ventanilla.store.views.messages import messages_of
from ventanilla.store.views.whole import (
    assignments_of,
    collaborators_of,
    event_document,
    letters_of,
    links_of,
)

Object = dict[str, Any]
_CASE = ("promise", "language", "origin", "first_response_at", "resolution", "closed_at", "wait_until")
_ITEM = [column for column in inbox.c if column.name not in ("raw", "raw_blob", "note")]


def everything(connection: sa.Connection, scope: Scope, *, blobs: Path) -> Iterator[Object]:
    """Agents, customers, cases, what the log has beside cases, and items that became no message."""
    yield from _agents(connection)
    for ids in contact_ids(connection, scope):
        yield from contact_objects(connection, ids)
    for ids in case_ids(connection, scope):
        yield from case_objects(connection, ids, blobs=blobs)
    for rows in events_of_no_case(connection, scope):
        for row in rows:
            yield {"type": "event", **event_document(row)}
    for ids in items_of_no_message(connection, scope):
        yield from item_objects(connection, ids)


def contact_objects(connection: sa.Connection, ids: list[int]) -> Iterator[Object]:
    """Customers as `contacts --json` has them, how difficult ones are dealt with, and those of whom nothing is left."""
    known = {one["id"]: one for one in list_contacts(connection, only=contacts.c.id.in_(ids))}
    rows = connection.execute(sa.select(contacts).where(contacts.c.id.in_(ids)).order_by(contacts.c.id)).all()
    for row in rows:
        told = known.get(row.id, {"id": row.id, "name": row.name, "addresses": [], "created_at": row.created_at})
        yield {"type": "contact", **told, "restriction": restriction_document(row), "erased_at": row.erased_at}


def case_objects(connection: sa.Connection, ids: list[int], *, blobs: Path) -> Iterator[Object]:
    """Cases with all that is in them, as `show --json` has it."""
    rows = case_rows_by_id(connection, ids)
    into = _keys(connection, [row.merged_into for row in rows.values() if row.merged_into is not None])
    for case_id in ids:
        row = rows[case_id]
        family = {case_id: str(row.key)}
        yield {
            "type": "case",
            "id": case_id,
            **case_document(row),
            **{name: getattr(row, name) for name in _CASE},
            "merged_into": into.get(row.merged_into),
            "messages": messages_of(connection, family, blobs),
            "notes": _notes(connection, case_id),
            "collaborators": collaborators_of(connection, case_id),
            "assignments": assignments_of(connection, case_id),
            "events": [event_document(event) for event in events_of(connection, case_id)],
            "clocks": clocks_of(connection, case_id),
            "links": links_of(connection, case_id),
            "sent": letters_of(connection, case_id),
        }


def item_objects(connection: sa.Connection, ids: list[int]) -> Iterator[Object]:
    """Rows of the ledger without their bytes."""
    for row in connection.execute(sa.select(*_ITEM).where(inbox.c.id.in_(ids)).order_by(inbox.c.id)):
        yield {"type": "item", **row._mapping}


def _agents(connection: sa.Connection) -> Iterator[Object]:
    teams: dict[str, list[str]] = {}
    for row in connection.execute(sa.select(team_members).order_by(team_members.c.team)):
        teams.setdefault(row.agent, []).append(row.team)
    for row in connection.execute(sa.select(agents).order_by(agents.c.name)).all():
        told = {"name": row.name, "display_name": row.display_name, "email": row.email, "capacity": row.capacity}
        yield {"type": "agent", **told, "enabled": bool(row.enabled), "teams": teams.get(row.name, [])}


def _notes(connection: sa.Connection, case_id: int) -> list[Object]:
    names = ("id", "agent", "side", "text", "created_at")
    return [{name: getattr(row, name) for name in names} for row in notes_of(connection, [case_id])]


def _keys(connection: sa.Connection, ids: list[int]) -> Mapping[int | None, str]:
    query = sa.select(conversations.c.id, conversations.c.key).where(conversations.c.id.in_(ids))
    return {row.id: str(row.key) for row in connection.execute(query)} if ids else {}
