"""What the database itself must refuse: a letter on its way, and a file that lies at a provider."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, add_remote_file, update
from ventanilla.store import tables as t


@promise("ck_outbox_sending")
def sending_with_nobody_who_does(connection: sa.Connection) -> None:
    connection.execute(update(t.outbox, state="sending"))


@promise("ck_outbox_sent")
def sent_without_a_time(connection: sa.Connection) -> None:
    connection.execute(update(t.outbox, state="sent"))


@promise("ck_remote_files_fetched")
def a_file_that_was_fetched_at_no_time(connection: sa.Connection) -> None:
    add_remote_file(connection, state="fetched")


@promise("ck_remote_files_fetched")
def a_pending_file_that_was_fetched(connection: sa.Connection) -> None:
    add_remote_file(connection, fetched_at=NOW)


@promise("fk_remote_files_message_id")
def a_file_of_a_message_that_is_none(connection: sa.Connection) -> None:
    add_remote_file(connection, message_id=99)


@promise("uq_remote_files_message_id_position")
def two_files_at_one_place_of_a_message(connection: sa.Connection) -> None:
    for _ in range(2):
        add_remote_file(connection)
