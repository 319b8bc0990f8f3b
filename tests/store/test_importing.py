"""The house's own list against messages that arrive while it goes in: nobody is doubled and nobody is merged."""

from __future__ import annotations

import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.store.rows import NOW
from tests.store.test_linking import in_the_background, journalled, waits_for_a_lock
from ventanilla.channel import Party
from ventanilla.store.contacts import contact_for
from ventanilla.store.engine import Store
from ventanilla.store.importing import Entry, Outcome, import_entries
from ventanilla.store.tables import addresses, contacts
from ventanilla.words import AddressKind

MAIL, PHONE = (AddressKind.EMAIL, "eva@example.org"), (AddressKind.PHONE, "+34600111222")
EVA = Entry(addresses=(MAIL, PHONE), name="Eva", language="es", tags=("vip",))
JON = Entry(addresses=((AddressKind.EMAIL, "jon@example.org"),), name="Jon")


def bring_in(store: Store, *entries: Entry) -> Outcome:
    with journalled(store) as (connection, journal):
        return import_entries(connection, entries, journal)


def everybody(store: Store) -> dict[str, str]:
    """Each address with its contact's name."""
    query = sa.select(addresses.c.value, contacts.c.name).join(contacts, contacts.c.id == addresses.c.contact_id)
    with store.read() as connection:
        return {row.value: row.name for row in connection.execute(query)}


def test_a_customer_who_writes_while_the_list_goes_in_is_one_contact(postgresql_store: Store) -> None:
    store, told = postgresql_store, []
    # given a message of Eva's first mail that is being routed
    with store.write() as routing:
        contact_for(routing, Party(address=MAIL[1], name="evita"), now=NOW)
        contact_for(routing, Party(address=PHONE[1], kind=AddressKind.PHONE), now=NOW)
        # when the list comes in
        thread, errors = in_the_background(lambda: told.append(bring_in(store, EVA, JON)))
        wait_until(lambda: waits_for_a_lock(store), what="the import waits")
    thread.join()

    # then it brings her up to date instead of making her twice
    assert errors == []
    assert told == [Outcome(created=1, changed=1, addresses=1, suggested=1)]
    assert everybody(store) == {MAIL[1]: "Eva", PHONE[1]: "Eva", "jon@example.org": "Jon"}
    with store.read() as connection:
        alone = sa.select(contacts.c.id).where(~contacts.c.id.in_(sa.select(addresses.c.contact_id)))
        assert connection.execute(alone).all() == []


def test_one_address_that_is_taken_meanwhile_is_a_suggestion(postgresql_store: Store) -> None:
    store, told = postgresql_store, []
    with store.write() as routing:
        contact_for(routing, Party(address=MAIL[1], name="evita"), now=NOW)
        thread, errors = in_the_background(lambda: told.append(bring_in(store, EVA)))
        wait_until(lambda: waits_for_a_lock(store), what="the import waits")
    thread.join()

    assert errors == []
    assert told == [Outcome(created=1, addresses=1, suggested=1)]
    assert everybody(store) == {MAIL[1]: "evita", PHONE[1]: "Eva"}


def test_an_entry_that_changes_nothing_leaves_no_trace(store: Store) -> None:
    bring_in(store, EVA)

    assert bring_in(store, EVA) == Outcome(unchanged=1)
    assert bring_in(store, Entry(addresses=(PHONE,))) == Outcome(unchanged=1)


def test_two_entries_about_one_contact_add_up(store: Store) -> None:
    bring_in(store, EVA)

    told = bring_in(store, Entry(addresses=(MAIL,), tags=("norte",)), Entry(addresses=(PHONE,), language="en"))

    assert told == Outcome(changed=2)
    with store.read() as connection:
        eva = connection.execute(sa.select(contacts)).one()
    assert (eva.tags, eva.language, eva.name) == (["vip", "norte"], "en", "Eva")
