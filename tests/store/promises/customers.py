"""What the database itself must refuse: a customer's addresses and restrictions."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.store.promises.register import promise
from tests.store.rows import NOW, update
from ventanilla.store import tables as t


@promise("ck_addresses_linked")
def an_address_that_came_from_where_it_is(connection: sa.Connection) -> None:
    connection.execute(update(t.addresses, linked_from=1))


@promise("fk_addresses_linked_from")
def an_address_that_came_from_nobody(connection: sa.Connection) -> None:
    connection.execute(update(t.addresses, linked_from=99))


@promise("ck_contact_suggestions_order")
def a_contact_who_may_be_themselves(connection: sa.Connection) -> None:
    pair = {"contact_id": 1, "other_id": 1, "reason": "x", "created_at": NOW}
    connection.execute(sa.insert(t.contact_suggestions).values(pair))


RESTRICTED: dict[str, Any] = {
    "restriction": "restricted",
    "restricted_to": "ana",
    "restriction_reason": "x",
    "restricted_by": "ana",
    "restricted_at": NOW,
}


@promise("ck_contacts_restriction")
def an_unknown_restriction(connection: sa.Connection) -> None:
    connection.execute(update(t.contacts, **RESTRICTED | {"restriction": "disliked"}))


@promise("ck_contacts_restricted_has_owner")
def a_restricted_customer_with_nobody_who_answers_for_them(connection: sa.Connection) -> None:
    connection.execute(update(t.contacts, **RESTRICTED | {"restricted_to": None}))


@promise("ck_contacts_blocked_expires")
def a_customer_blocked_for_ever(connection: sa.Connection) -> None:
    connection.execute(update(t.contacts, **RESTRICTED | {"restriction": "blocked"}))


@promise("ck_contacts_restriction_is_explained")
def a_restriction_without_a_reason(connection: sa.Connection) -> None:
    connection.execute(update(t.contacts, **RESTRICTED | {"restriction_reason": None}))
