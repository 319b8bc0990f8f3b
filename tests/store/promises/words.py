"""What the database itself must refuse: a word that the schema does not know."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, add_remote_file, change_case, update
from ventanilla.store import tables as t


@promise("ck_inbox_state")
def an_unknown_state_of_an_item(connection: sa.Connection) -> None:
    connection.execute(update(t.inbox, state="lost", routed_at=NOW).where(t.inbox.c.id == 1))


@promise("ck_conversations_state")
def an_unknown_state_of_a_case(connection: sa.Connection) -> None:
    change_case(connection, 3, state="forgotten")


@promise("ck_conversations_kind")
def an_unknown_kind_of_case(connection: sa.Connection) -> None:
    change_case(connection, 1, kind="rant")


@promise("ck_conversations_priority")
def an_unknown_priority(connection: sa.Connection) -> None:
    change_case(connection, 1, priority="hurry")


@promise("ck_outbox_state")
def an_unknown_state_of_a_delivery(connection: sa.Connection) -> None:
    connection.execute(update(t.outbox, state="perhaps"))


@promise("ck_outbox_kind")
def an_unknown_kind_of_letter(connection: sa.Connection) -> None:
    connection.execute(update(t.outbox, kind="poem"))


@promise("ck_channels_mode")
def an_unknown_mode_of_a_channel(connection: sa.Connection) -> None:
    connection.execute(update(t.channels, mode="loud"))


@promise("ck_addresses_kind")
def an_unknown_kind_of_address(connection: sa.Connection) -> None:
    connection.execute(update(t.addresses, kind="pigeon"))


@promise("ck_messages_direction")
def an_unknown_direction(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, direction="sideways"))


@promise("ck_remote_files_state")
def an_unknown_state_of_a_file(connection: sa.Connection) -> None:
    add_remote_file(connection, state="mislaid")


@promise("ck_delivery_reports_state")
def an_unknown_state_that_a_provider_reports(connection: sa.Connection) -> None:
    report = {"via": "chat", "external_id": "SM1", "state": "perhaps", "rank": 2, "at": NOW}
    connection.execute(sa.insert(t.delivery_reports).values(report))


@promise("ck_conversations_origin")
def an_unknown_origin(connection: sa.Connection) -> None:
    change_case(connection, 1, origin="nowhere")


@promise("ck_conversations_resolution")
def an_unknown_resolution(connection: sa.Connection) -> None:
    change_case(connection, 3, resolution="forgotten")


@promise("ck_messages_side")
def an_unknown_side(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, side="elsewhere"))


@promise("ck_messages_outcome")
def an_unknown_outcome_of_a_call(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, outcome="busy"))


@promise("ck_notes_side")
def a_note_from_an_unknown_side(connection: sa.Connection) -> None:
    note = {"conversation_id": 1, "agent": "ana", "side": "elsewhere", "text": "x", "created_at": NOW}
    connection.execute(sa.insert(t.notes).values(note))
