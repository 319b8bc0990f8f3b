"""A small house as bare rows, written past everything but the database: what the promises are tried on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ventanilla.store import tables as t

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)


def add_house(connection: sa.Connection, *, agents: tuple[str, ...] = ("ana", "luis", "marta")) -> None:
    """A channel, a team, its people and one customer (contact 1, eva@example.org)."""
    connection.execute(sa.insert(t.channels).values(name="soporte", kind="email", mode="live", since=EARLIER))
    connection.execute(sa.insert(t.teams).values(name="atencion"))
    for name in agents:
        connection.execute(sa.insert(t.agents).values(name=name, display_name=name.capitalize(), capacity=8))
        connection.execute(sa.insert(t.team_members).values(team="atencion", agent=name))
    connection.execute(sa.insert(t.contacts).values(name="Eva", tags=[], created_at=EARLIER))
    address = {"kind": "email", "value": "eva@example.org", "contact_id": 1}
    connection.execute(sa.insert(t.addresses).values(created_at=EARLIER, **address))


def add_case(connection: sa.Connection, case_id: int, owner: str, **columns: Any) -> None:
    """An open case that waits on us under assignment 1, whose assignment is written too."""
    add_conversation(connection, case_id, owner, **columns)
    add_assignment(connection, case_id, 1, owner)


def add_conversation(connection: sa.Connection, case_id: int, owner: str, **columns: Any) -> None:
    """The conversation's row alone; the commit refuses it without its assignment."""
    values = {
        "id": case_id,
        "key": f"KEY-{case_id}",
        "channel": "soporte",
        "team": "atencion",
        "contact_id": 1,
        "state": "open",
        "owner": owner,
        "owned": 1,
        "assignment_number": 1,
        "language": "es",
        "skills": [],
        "tags": [],
        "created_at": EARLIER,
        "first_message_at": EARLIER,
        "last_message_at": EARLIER,
        "waiting_since": EARLIER,
        **columns,
    }
    connection.execute(sa.insert(t.conversations).values(values))


def add_assignment(connection: sa.Connection, case_id: int, number: int, agent: str, **columns: Any) -> None:
    """The assignment's row alone, open."""
    values = {
        "conversation_id": case_id,
        "number": number,
        "agent": agent,
        "is_open": 1,
        "assigned_at": EARLIER,
        "reason": "balanced",
        "actor": "test",
        "decision": {},
        "config_version": 1,
        **columns,
    }
    connection.execute(sa.insert(t.assignments).values(values))


def release(connection: sa.Connection, case_id: int, number: int) -> None:
    """Close an assignment; the commit refuses it unless the case has moved on too."""
    this = (t.assignments.c.conversation_id == case_id) & (t.assignments.c.number == number)
    connection.execute(sa.update(t.assignments).where(this).values(is_open=None, released_at=NOW))


def change_case(connection: sa.Connection, case_id: int, **columns: Any) -> None:
    """Set columns of a conversation."""
    connection.execute(sa.update(t.conversations).where(t.conversations.c.id == case_id).values(columns))


def hand_over(connection: sa.Connection, case_id: int, number: int, agent: str) -> None:
    """Release assignment `number` - 1 and give the case to `agent` under `number`."""
    release(connection, case_id, number - 1)
    change_case(connection, case_id, owner=agent, assignment_number=number)
    add_assignment(connection, case_id, number, agent)


def resolve(connection: sa.Connection, case_id: int, number: int, *, state: str = "resolved") -> None:
    """End the case under its open assignment `number`."""
    release(connection, case_id, number)
    change_case(connection, case_id, state=state, owned=None, waiting_since=None, line_since=None, resolved_at=NOW)


def add_inbox(connection: sa.Connection, row_id: int, **columns: Any) -> None:
    """A pending item of the ledger."""
    values = {
        "id": row_id,
        "channel": "soporte",
        "source": "imap.example.com soporte INBOX",
        "item_key": f"INBOX/1/{row_id}",
        "state": "pending",
        "raw": b"x",
        "received_at": EARLIER,
        "pulled_at": NOW,
        **columns,
    }
    connection.execute(sa.insert(t.inbox).values(values))


def add_message(connection: sa.Connection, case_id: int, **columns: Any) -> None:
    """A message of the customer under assignment 1, from inbox row 1."""
    values = {
        "conversation_id": case_id,
        "assignment_number": 1,
        "direction": "in",
        "inbox_id": 1,
        "recipients": [],
        "cc": [],
        "routed_at": NOW,
        **columns,
    }
    connection.execute(sa.insert(t.messages).values(values))


def add_letter(connection: sa.Connection, **columns: Any) -> None:
    """A pending row of the outbox."""
    values = {
        "kind": "notice",
        "state": "pending",
        "dedupe_key": "notice:1",
        "via": "soporte",
        "recipient": "ana@example.com",
        "payload": {},
        "created_at": NOW,
        "not_before": NOW,
        **columns,
    }
    connection.execute(sa.insert(t.outbox).values(values))


def add_remote_file(connection: sa.Connection, **columns: Any) -> None:
    """A file of message 1 that still lies at its provider."""
    values = {
        "message_id": 1,
        "position": 0,
        "channel": "soporte",
        "ref": {"file": "1"},
        "filename": "foto.jpg",
        "content_type": "image/jpeg",
        "state": "pending",
        "not_before": NOW,
        **columns,
    }
    connection.execute(sa.insert(t.remote_files).values(values))


def add_event(connection: sa.Connection) -> None:
    """One event."""
    values = {"at": EARLIER, "recorded_at": NOW, "kind": "case_opened", "actor": "test", "data": {}}
    connection.execute(sa.insert(t.events).values(values))


def add_clock(connection: sa.Connection, **columns: Any) -> None:
    """The first response of case 2, which its customer waits for."""
    values = {
        "conversation_id": 2,
        "metric": "first_response",
        "number": 1,
        "channel": "soporte",
        "team": "atencion",
        "kind": "query",
        "priority": "normal",
        "started_at": EARLIER,
        "config_version": 1,
        "day": "2026-11-22",
        "hour": 9,
        **columns,
    }
    connection.execute(sa.insert(t.clocks).values(values))


def update(table: sa.Table, **columns: Any) -> sa.Update:
    """Set these columns, in every row unless the caller says where."""
    return sa.update(table).values(columns)


def everything(connection: sa.Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in a comparable order."""
    return {
        table.name: sorted((tuple(row) for row in connection.execute(sa.select(table))), key=repr)
        for table in t.metadata.tables.values()
    }
