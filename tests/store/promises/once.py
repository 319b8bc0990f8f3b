"""What the database itself must refuse: nothing is doubled."""

from __future__ import annotations

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, add_case, add_inbox, add_letter, change_case
from ventanilla.store import tables as t


@promise("uq_conversations_one_chat")
def two_open_chats_of_one_address(connection: sa.Connection) -> None:
    for case_id in (1, 2):
        change_case(connection, case_id, conversational=True, account="+34910000000", address="+34600000000")


@promise("uq_inbox_source_item_key")
def the_same_source_item_twice(connection: sa.Connection) -> None:
    add_inbox(connection, 9, item_key="INBOX/1/1")


@promise("uq_conversations_key")
def the_same_case_key_twice(connection: sa.Connection) -> None:
    add_case(connection, 9, "ana", key="KEY-1")


@promise("pk_addresses")
def one_address_of_two_contacts(connection: sa.Connection) -> None:
    connection.execute(sa.insert(t.contacts).values(name="Eva again", tags=[], created_at=NOW))
    row = {"kind": "email", "value": "eva@example.org", "contact_id": 2, "created_at": NOW}
    connection.execute(sa.insert(t.addresses).values(row))


@promise("pk_erased_opt_outs")
def one_wish_of_an_erased_customer_twice(connection: sa.Connection) -> None:
    for _ in range(2):
        connection.execute(sa.insert(t.erased_opt_outs).values(mark="a" * 64, opted_out_at=NOW))


@promise("uq_outbox_dedupe_key")
def the_same_occasion_twice_in_the_outbox(connection: sa.Connection) -> None:
    add_letter(connection)


@promise("ck_installation_single")
def two_installations_in_one_store(connection: sa.Connection) -> None:
    row = {"id": 2, "instance": "a", "signing_key": b"k", "created_at": NOW}
    connection.execute(sa.insert(t.installation).values(row))
