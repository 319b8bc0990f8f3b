"""What the database itself must refuse: what a message must name, and what its version may be."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import EARLIER, NOW, add_message, update
from ventanilla.store import tables as t


@promise("ck_messages_inbound_has_assignment")
def an_inbound_message_without_an_assignment(connection: sa.Connection) -> None:
    add_message(connection, 1, assignment_number=None)


@promise("ck_messages_inbound_has_source")
def an_inbound_message_without_its_source(connection: sa.Connection) -> None:
    add_message(connection, 1, inbox_id=None)


@promise("fk_messages_assignment")
def a_message_under_another_cases_assignment(connection: sa.Connection) -> None:
    add_message(connection, 1, assignment_number=2)


@promise("fk_messages_assignment")
def a_message_that_moves_to_a_case_without_its_assignment(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, conversation_id=1, assignment_number=2).where(t.messages.c.inbox_id == 3))


@promise("fk_messages_conversation_id")
def a_message_of_no_case(connection: sa.Connection) -> None:
    add_message(connection, 9)


@promise("uq_messages_inbox_id")
def one_item_as_two_messages(connection: sa.Connection) -> None:
    add_message(connection, 1, inbox_id=3)


@promise("uq_messages_outbox_id")
def one_reply_as_two_messages(connection: sa.Connection) -> None:
    for _ in range(2):
        add_message(connection, 1, direction="out", inbox_id=None, outbox_id=1)


@promise("fk_messages_version_of")
def a_version_of_another_cases_message(connection: sa.Connection) -> None:
    add_message(connection, 1, edits=1)


@promise("fk_messages_version_of")
def a_version_that_moves_to_another_case(connection: sa.Connection) -> None:
    add_message(connection, 2, edits=1)
    connection.execute(update(t.messages, conversation_id=1).where(t.messages.c.edits == 1))


@promise("ck_messages_edits_another")
def a_message_that_is_a_version_of_itself(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, edits=1).where(t.messages.c.id == 1))


@promise("ck_messages_closes_a_turn")
def a_customers_message_that_ends_their_own_turn(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, turn_since=EARLIER))


@promise("ck_messages_automatic_is_no_reply")
def an_automatic_text_that_counts_as_a_reply(connection: sa.Connection) -> None:
    connection.execute(update(t.messages, automatic=True, replied_at=NOW))
