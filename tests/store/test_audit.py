"""Each promise broken on purpose, on both engines, with the database's own guards taken away: exactly its check counts it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.cli.town import Town, build_town
from ventanilla.store.audit import audit, promises
from ventanilla.store.blobs import blob_path, put_blob
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.words import EventKind

OLD = "'2026-01-01T00:00:00.000000Z'"
OWNER = "(SELECT owner FROM conversations WHERE id = 1)"
ONE_ASSIGNMENT = """INSERT INTO assignments (conversation_id, number, agent, is_open, assigned_at, reason, actor, decision,
    config_version) VALUES ({case}, {number}, 'marta', 1, '2026-01-01T00:00:00.000000Z', 'x', 'x', '{{}}', 1)"""
ONE_EVENT = """INSERT INTO events (id, at, recorded_at, kind, actor, data, {column})
    VALUES (9999, '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z', 'x', 'x', '{{}}', {value})"""

ONE_FILE = """INSERT INTO remote_files
    (id, message_id, position, channel, ref, filename, content_type, state, attempts, not_before)
    VALUES (1, {message}, 0, 'soporte', '{{}}', 'a', 'b', 'pending', 0, '2026-01-01T00:00:00.000000Z')"""
ITS_ROW = "(SELECT id FROM outbox WHERE kind = 'acknowledgement' AND conversation_id = 1)"
AS_REPLY = f"UPDATE outbox SET kind = 'reply', state = '{{state}}' WHERE id = {ITS_ROW}"
BREAKAGES = {
    "open_case_without_exactly_one_open_assignment": (
        [f"UPDATE assignments SET is_open = NULL, released_at = {OLD} WHERE conversation_id = 1"],
        [ONE_ASSIGNMENT.format(case=1, number=2)],
    ),
    "open_assignment_without_open_case": (
        [
            "UPDATE conversations SET state = 'resolved', owned = NULL, waiting_since = NULL WHERE id = 1",
            f"UPDATE agents SET load = load - 1 WHERE name = {OWNER}",
        ],
        [ONE_ASSIGNMENT.format(case=999, number=1)],
    ),
    "owner_differs_from_assignment": (
        [
            f"UPDATE agents SET load = load - 1 WHERE name = {OWNER}",
            "UPDATE conversations SET owner = 'marta' WHERE id = 1",
            "UPDATE agents SET load = load + 1 WHERE name = 'marta'",
        ],
    ),
    "owner_not_with_us": ([f"UPDATE agents SET enabled = false WHERE name = {OWNER}"],),
    "load_differs_from_count": (
        ["UPDATE agents SET load = load + 1 WHERE name = 'marta'"],
        [f"UPDATE agents SET load = load - 1 WHERE name = {OWNER}"],
    ),
    "inbound_message_without_assignment": (["UPDATE messages SET assignment_number = NULL WHERE conversation_id = 1"],),
    "message_of_unknown_assignment": (["UPDATE messages SET assignment_number = 7 WHERE conversation_id = 1"],),
    "open_case_without_message": (["UPDATE messages SET conversation_id = 1 WHERE conversation_id = 2"],),
    "item_in_ledger_twice": (["UPDATE inbox SET item_key = (SELECT item_key FROM inbox WHERE id = 1) WHERE id = 2"],),
    "same_item_routed_twice": (["UPDATE inbox SET identity = (SELECT identity FROM inbox WHERE id = 1) WHERE id = 2"],),
    "routed_item_without_message": (
        ["UPDATE messages SET direction = 'out', inbox_id = NULL WHERE conversation_id = 1"],
    ),
    "message_without_routed_item": (["UPDATE inbox SET state = 'imported' WHERE id = 1"],),
    "pending_too_long": (
        [f"UPDATE inbox SET state = 'pending', routed_at = NULL, pulled_at = {OLD} WHERE state = 'screened'"],
    ),
    "owner_not_told": (
        ["UPDATE outbox SET assignment_number = 7 WHERE kind = 'notice' AND conversation_id = 1"],
        ["UPDATE outbox SET kind = 'alert' WHERE kind = 'notice' AND conversation_id = 1"],
    ),
    "turn_not_told": (["UPDATE conversations SET waiting_since = '2099-01-01T00:00:00.000000Z' WHERE id = 1"],),
    "failed_notice_not_escalated": (
        ["UPDATE outbox SET state = 'failed' WHERE kind = 'notice' AND conversation_id = 1"],
    ),
    "acknowledged_twice": (
        ["UPDATE outbox SET conversation_id = 1 WHERE kind = 'acknowledgement' AND conversation_id = 2"],
    ),
    "sending_too_long": ([f"UPDATE outbox SET state = 'sending', sending_at = {OLD}, claimed_by = 'x' WHERE id = 1"],),
    "second_open_chat_of_an_address": (
        [
            """UPDATE conversations SET conversational = TRUE, account = '7000', address = 'lucia@client.example',
            contact_id = 1 WHERE id IN (1, 2)"""
        ],
    ),
    "version_apart_from_its_message": (
        ["UPDATE messages SET edits = 1 WHERE id = 2"],
        ["UPDATE messages SET edits = 999 WHERE id = 2"],
        ["UPDATE messages SET edits = 1 WHERE id = 1"],
    ),
    "file_of_nothing_received": ([ONE_FILE.format(message=999)],),
    "case_of_nobody": (["UPDATE addresses SET contact_id = 999 WHERE value = 'lucia@client.example'"],),
    "case_apart_from_its_address": (
        ["UPDATE conversations SET address = 'somebody@client.example' WHERE id = 1"],
        ["UPDATE conversations SET contact_id = 2, address = 'lucia@client.example' WHERE id = 1"],
    ),
    "suggestion_of_nobody": (
        [
            "INSERT INTO contacts (id, name, tags, created_at) VALUES (999, '', '[]', '2026-01-01T00:00:00.000000Z')",
            """INSERT INTO contact_suggestions (contact_id, other_id, reason, created_at)
            VALUES (1, 999, 'shared', '2026-01-01T00:00:00.000000Z')""",
        ],
    ),
    "answer_without_message": ([AS_REPLY.format(state="pending")],),
    "answer_gone_but_not_stamped": (
        [f"UPDATE messages SET outbox_id = {ITS_ROW} WHERE id = 1", AS_REPLY.format(state="sent")],
    ),
    "failed_answer_ends_a_turn": (
        [
            f"UPDATE messages SET outbox_id = {ITS_ROW}, turn_since = {OLD}, replied_at = {OLD} WHERE id = 1",
            AS_REPLY.format(state="failed"),
        ],
    ),
    "first_response_of_nothing": ([f"UPDATE conversations SET first_response_at = {OLD} WHERE id = 1"],),
    "event_of_nothing": (
        [ONE_EVENT.format(column="conversation_id", value=999)],
        [ONE_EVENT.format(column="message_id", value=999)],
        [ONE_EVENT.format(column="inbox_id", value=999)],
        [ONE_EVENT.format(column="outbox_id", value=999)],
        [ONE_EVENT.format(column="agent", value="'nobody'")],
        [ONE_EVENT.format(column="conversation_id, assignment_number", value="1, 999")],
    ),
}
CHAIN = {"event_changed", "event_gone", "seal_missing", "event_not_sealed"}
"""Broken in test_chain_audit.py."""
CLOCKS = {"clocks_differ_from_events", "due_time_not_in_log", "due_time_differs_from_clock", "promise_told_twice"}
"""Broken in tests/timekeeping/test_clock_audit.py."""
ELSEWHERE = {"blob_missing", "blob_damaged", "broken_reference", "damaged_database"} | CHAIN | CLOCKS


@pytest.fixture
def town(store: Store, tmp_path: Path) -> Town:
    """Two customers' cases with different owners, an attachment, a large original, and one item of each other kind."""
    town = build_town(store, tmp_path)
    town.write("lucia@client.example", files=[("foto.txt", "mi pedido")])
    town.write("pablo@client.example", text="x" * 300_000)
    town.write("news@client.example", verdict="list", reason="list: List-Unsubscribe")
    town.commit(b"envelope only", imported=True)
    town.route(town.commit(b"no JSON"))
    return town


def found(town: Town) -> dict[str, int]:
    """What the audit counts, without the promises that hold."""
    with town.store.read() as connection:
        return violations(connection, town)


def violations(connection: sa.Connection, town: Town) -> dict[str, int]:
    """The same within a transaction."""
    counts = audit(connection, blobs=town.store.blobs, now=datetime.now(UTC), hash_blobs=True)
    return {name: number for name, number in counts.items() if number}


def unguard(store: Store) -> None:
    """Take away every constraint, unique index and trigger, so that what must never happen can be made to."""
    with store.engine.connect() as connection:
        for statement in _without_guards(connection):
            connection.exec_driver_sql(statement)
        connection.commit()


def _without_guards(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '%_search%'"
        )
        return [
            step
            for (table,) in tables.all()
            for step in (
                f"CREATE TABLE copy_of_it AS SELECT * FROM {table}",
                f"DROP TABLE {table}",
                f"ALTER TABLE copy_of_it RENAME TO {table}",
            )
        ]
    constraints = connection.exec_driver_sql(
        "SELECT conrelid::regclass, conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace "
        "AND contype IN ('f', 'c', 'u', 'p') ORDER BY contype"
    )
    dropped = [f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name} CASCADE" for table, name in constraints.all()]
    return [
        *dropped,
        "DROP INDEX uq_assignments_one_open",
        "DROP INDEX uq_conversations_one_chat",
        "DROP TRIGGER events_no_change ON events",
        "DROP TRIGGER seals_no_change ON seals",
    ]


def test_a_healthy_house_breaks_no_promise_and_every_check_is_asked(town: Town) -> None:
    assert found(town) == {}
    with town.store.read() as connection:
        quick = audit(connection, blobs=town.store.blobs, now=datetime.now(UTC))

    assert set(quick) == set(promises()) - {"blob_damaged"}
    assert all(sentence for sentence in promises().values())


def test_every_check_is_broken_by_a_test() -> None:
    assert set(promises()) == set(BREAKAGES) | ELSEWHERE


def test_a_broken_promise_is_counted_by_its_check_alone(town: Town) -> None:
    unguard(town.store)

    for check, ways in BREAKAGES.items():
        for statements in ways:
            with town.store.engine.connect() as connection:
                for statement in statements:
                    connection.exec_driver_sql(statement)
                assert violations(connection, town) == {check: 1}, statements
                connection.rollback()


def test_a_blob_that_is_gone_is_missing(town: Town) -> None:
    digest = put_blob(town.store.blobs, b"mi pedido")

    blob_path(town.store.blobs, digest).unlink()

    assert found(town) == {"blob_missing": 1}


def test_a_blob_with_other_bytes_is_damaged(town: Town) -> None:
    path = blob_path(town.store.blobs, put_blob(town.store.blobs, b"mi pedido"))
    path.write_bytes(b"something else")

    assert found(town) == {"blob_damaged": 1}


def test_a_reference_that_the_engine_did_not_keep_is_broken(town: Town) -> None:
    with town.store.engine.connect() as connection:
        if town.store.is_sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")  # type: ignore[union-attr]
            connection.exec_driver_sql("UPDATE conversations SET team = 'nobody' WHERE id = 1")
        else:
            connection.exec_driver_sql("ALTER TABLE absences DISABLE TRIGGER ALL")
        connection.commit()
    counted = found(town)

    assert set(counted) == {"broken_reference"}
    assert not town.store.is_sqlite or counted["broken_reference"] == 1


def test_a_database_that_its_engine_finds_damaged_is_said_to_be(sqlite_store: Store, tmp_path: Path) -> None:
    town = build_town(sqlite_store, tmp_path)
    with town.store.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA ignore_check_constraints = ON")  # type: ignore[union-attr]
        connection.exec_driver_sql("UPDATE agents SET capacity = 0 WHERE name = 'marta'")
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA ignore_check_constraints = OFF")  # type: ignore[union-attr]

    assert found(town) == {"damaged_database": 1}


def test_an_escalated_notice_tells_somebody(town: Town) -> None:
    # given a notice that failed
    with town.store.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'failed' WHERE kind = 'notice' AND conversation_id = 1")
        journal = Journal(now=datetime.now(UTC), actor="test")
        journal.add(EventKind.NOTICE_ESCALATED, conversation_id=1, assignment_number=1)
        # when it is escalated
        journal.flush(connection)

    # then nobody is left in the dark
    assert found(town) == {}


def test_an_item_that_was_replayed_just_now_is_not_pending_too_long(town: Town) -> None:
    # given an old item that is pending again
    row_id = town.commit(town.letter("lucia@client.example"), ago=timedelta(hours=3))
    assert found(town) == {"pending_too_long": 1}

    # when a person has just asked for it
    with town.store.write() as connection:
        journal = Journal(now=datetime.now(UTC), actor="test")
        journal.add(EventKind.MESSAGE_REPLAYED, inbox_id=row_id)
        journal.flush(connection)

    # then it has its time
    assert found(town) == {}
