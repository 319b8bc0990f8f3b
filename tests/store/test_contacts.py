"""Customers: one contact behind an address, however many of their messages are routed at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.store.at_once import at_once
from tests.store.rows import NOW
from ventanilla.channel import Party
from ventanilla.store.contacts import contact_at, contact_for
from ventanilla.store.engine import Store
from ventanilla.store.tables import addresses, contacts
from ventanilla.words import AddressKind

EVA = Party(address="eva@example.org", name="Eva")


def ask(store: Store, party: Party = EVA) -> int:
    with store.write() as connection:
        return int(contact_for(connection, party, now=NOW).id)


def counts(store: Store) -> tuple[int, ...]:
    with store.read() as connection:
        tables = (contacts, addresses)
        return tuple(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in tables)


def test_a_new_address_makes_a_contact_and_the_next_message_finds_it(store: Store) -> None:
    first = ask(store)

    assert ask(store) == first
    assert counts(store) == (1, 1)


@pytest.mark.fault(13)
def test_fifty_messages_of_one_new_address_at_once_make_one_contact(store: Store) -> None:
    found = at_once([lambda: ask(store)] * 50)

    assert len(set(found)) == 1
    assert counts(store) == (1, 1)


def test_fifty_new_addresses_at_once_make_fifty_contacts(store: Store) -> None:
    parties = [Party(address=f"customer{number}@example.org") for number in range(50)]

    found = at_once([lambda party=party: ask(store, party) for party in parties])  # type: ignore[misc]

    assert len(set(found)) == 50
    assert counts(store) == (50, 50)


def test_the_same_characters_are_another_address_on_another_kind_of_channel(store: Store) -> None:
    phone = Party(address="+34910000000", kind=AddressKind.PHONE)
    chat = Party(address="+34910000000", kind=AddressKind.TELEGRAM)

    assert ask(store, phone) != ask(store, chat)


def test_a_name_is_learnt_later_and_not_replaced(store: Store) -> None:
    ask(store, Party(address="eva@example.org"))
    ask(store, EVA)
    ask(store, Party(address="eva@example.org", name="Somebody who writes as Eva"))

    with store.read() as connection:
        found = contact_at(connection, EVA)

    assert found is not None
    assert found.name == "Eva"


def test_an_unknown_address_is_not_made_by_looking(store: Store) -> None:
    with store.read() as connection:
        assert contact_at(connection, EVA) is None

    assert counts(store) == (0, 0)


def test_messages_of_one_sender_are_routed_one_after_another(postgresql_store: Store) -> None:
    ask(postgresql_store)
    with postgresql_store.write() as first:
        contact_for(first, EVA, now=NOW + timedelta(seconds=1))
        with postgresql_store.write() as second:
            second.exec_driver_sql("SET LOCAL lock_timeout = '200ms'")
            try:
                contact_for(second, EVA, now=NOW)
            except sa.exc.DBAPIError as error:
                waited = "lock timeout" in str(error)
                second.rollback()
            else:
                waited = False

    assert waited
