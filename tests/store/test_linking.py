"""Two contacts made one, and one address made its own again: what moves, what stays, and that nothing is lost in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.store.rows import NOW, add_case, add_house
from ventanilla.channel import Party
from ventanilla.errors import BadInput
from ventanilla.store.audits import customers
from ventanilla.store.contacts import contact_for
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.linking import Moved, link_contacts, unlink_address
from ventanilla.store.suggestions import Reason, open_suggestions, reject, suggest
from ventanilla.store.tables import addresses, contacts, conversations, events
from ventanilla.words import AddressKind, EventKind

EVA = Party(address="eva@example.org")  # contact 1 of add_house
PHONE = Party(address="+34600111222", name="Eva G.", kind=AddressKind.PHONE)
CHAT = Party(address="777", name="evita", kind=AddressKind.TELEGRAM)


@contextmanager
def journalled(store: Store) -> Iterator[tuple[sa.Connection, Journal]]:
    journal = Journal(now=NOW, actor="test")
    with store.write() as connection:
        yield connection, journal
        journal.flush(connection)


def link(store: Store, kept: int, other: int) -> Moved:
    with journalled(store) as (connection, journal):
        return link_contacts(connection, kept, other, journal)


def unlink(store: Store, party: Party) -> Moved:
    with journalled(store) as (connection, journal):
        return unlink_address(connection, party.kind, party.address, journal)


def change(store: Store, contact_id: int, **values: Any) -> None:
    with store.write() as connection:
        connection.execute(sa.update(contacts).where(contacts.c.id == contact_id).values(values))


def contact(store: Store, contact_id: int) -> sa.Row[Any]:
    with store.read() as connection:
        return connection.execute(sa.select(contacts).where(contacts.c.id == contact_id)).one()


def whose(store: Store) -> dict[str, int]:
    """Each address's contact."""
    with store.read() as connection:
        return {row.value: row.contact_id for row in connection.execute(sa.select(addresses))}


def cases(store: Store) -> dict[int, tuple[int, str]]:
    """Each case's contact and owner."""
    with store.read() as connection:
        return {row.id: (row.contact_id, row.owner) for row in connection.execute(sa.select(conversations))}


def broken(store: Store) -> int:
    with store.read() as connection:
        checks = (customers.case_of_nobody, customers.case_apart_from_its_address, customers.suggestion_of_nobody)
        return sum(check(connection) for check in checks)


@pytest.fixture
def ground(store: Store) -> Store:
    """Eva by mail is contact 1 with ana's case 1; a phone is contact 2 with luis's case 2; a chat is contact 3."""
    with store.write() as connection:
        add_house(connection)
        for party in (PHONE, CHAT):
            contact_for(connection, party, now=NOW)
        add_case(connection, 1, "ana", address=EVA.address)
        add_case(connection, 2, "luis", contact_id=2, address=PHONE.address)
    return store


def test_a_link_moves_addresses_and_cases_and_no_owner(ground: Store) -> None:
    moved = link(ground, 1, 2)

    assert (moved.source, moved.target, moved.addresses, moved.cases) == (2, 1, 1, [2])
    assert whose(ground) == {EVA.address: 1, PHONE.address: 1, CHAT.address: 3}
    assert cases(ground) == {1: (1, "ana"), 2: (1, "luis")}
    assert broken(ground) == 0


def test_what_the_first_says_stands_and_what_it_does_not_say_comes_from_the_other(ground: Store) -> None:
    change(ground, 1, language="es", tags=["vip"])
    change(ground, 2, language="en", tags=["norte", "vip"], account_manager="marta")

    link(ground, 1, 2)

    kept = contact(ground, 1)
    assert (kept.name, kept.language, kept.account_manager, kept.tags) == ("Eva", "es", "marta", ["vip", "norte"])


NAMED = {"restriction": "restricted", "restricted_to": "marta", "restricted_by": "ana", "restriction_reason": "insults"}
BLOCKED = NAMED | {"restriction": "blocked", "restricted_to": None, "restricted_until": NOW + timedelta(days=9)}
OVER = BLOCKED | {"restricted_until": NOW - timedelta(days=1)}
LONGER = BLOCKED | {"restricted_until": NOW + timedelta(days=90), "restricted_by": "luis"}


@pytest.mark.parametrize(
    ("mine", "theirs", "kept"),
    [
        ({}, NAMED, NAMED),
        (NAMED, {}, NAMED),
        (NAMED, BLOCKED, BLOCKED),
        (BLOCKED, NAMED, BLOCKED),
        (NAMED, NAMED | {"restricted_to": "luis"}, NAMED),
        (BLOCKED, LONGER, LONGER),
        (NAMED, OVER, NAMED),
        ({}, OVER, {}),
    ],
)
def test_of_two_restrictions_the_stricter_holds_for_the_linked_contact(
    ground: Store, mine: dict[str, Any], theirs: dict[str, Any], kept: dict[str, Any]
) -> None:
    for number, terms in ((1, mine), (2, theirs)):
        if terms:
            change(ground, number, restricted_at=NOW - timedelta(days=3), **terms)

    link(ground, 1, 2)

    row = contact(ground, 1)
    assert {name: getattr(row, name) for name in NAMED | BLOCKED} == dict.fromkeys(NAMED | BLOCKED) | kept
    unlink(ground, PHONE)
    assert contact(ground, 1).restriction == (kept if mine else {}).get("restriction")
    assert contact(ground, 2).restriction == theirs.get("restriction")


def test_the_next_case_goes_to_whoever_had_the_latest_one(ground: Store) -> None:
    with ground.write() as connection:
        later = sa.update(conversations).where(conversations.c.id == 2).values(last_message_at=NOW)
        connection.execute(later)

    link(ground, 1, 2)

    assert contact(ground, 1).last_owner == "luis"


def test_the_log_has_the_link_once_with_what_undoing_needs_and_once_in_each_case_that_moved(ground: Store) -> None:
    link(ground, 1, 2)

    with ground.read() as connection:
        noted = connection.execute(sa.select(events).where(events.c.kind == EventKind.CONTACT_LINKED)).all()
    whole, in_case = noted
    assert (whole.data["kept"], whole.data["emptied"]) == (1, 2)
    assert whole.data["cases"] == [2]
    assert (in_case.conversation_id, in_case.data) == (2, {"kept": 1, "emptied": 2})
    assert "@" not in str(whole.data)
    assert "+34" not in str(whole.data)


def test_linking_what_is_linked_changes_nothing(ground: Store) -> None:
    link(ground, 1, 2)
    before = whose(ground)

    assert link(ground, 1, 1).addresses == 0
    assert whose(ground) == before


def test_unlinking_undoes_a_link(ground: Store) -> None:
    change(ground, 1, name="", tags=["vip"])
    change(ground, 2, language="en", tags=["norte"], account_manager="marta")
    before = [tuple(contact(ground, number))[:4] for number in (1, 2)]
    link(ground, 1, 2)

    moved = unlink(ground, PHONE)

    assert (moved.source, moved.target, moved.cases) == (1, 2, [2])
    assert whose(ground) == {EVA.address: 1, PHONE.address: 2, CHAT.address: 3}
    assert cases(ground) == {1: (1, "ana"), 2: (2, "luis")}
    assert [tuple(contact(ground, number))[:4] for number in (1, 2)] == before
    assert contact(ground, 1).tags == ["vip"]
    assert broken(ground) == 0


def test_unlinking_leaves_alone_what_somebody_has_changed_since(ground: Store) -> None:
    change(ground, 2, language="en", tags=["norte"])
    link(ground, 1, 2)
    change(ground, 1, language="ca")

    unlink(ground, PHONE)

    assert (contact(ground, 1).language, contact(ground, 1).tags) == ("ca", [])


def test_linking_again_undoes_an_unlinking(ground: Store) -> None:
    link(ground, 1, 2)
    unlink(ground, PHONE)

    link(ground, 1, 2)

    assert whose(ground)[PHONE.address] == 1
    assert cases(ground)[2] == (1, "luis")


def test_an_address_that_never_had_a_contact_of_its_own_begins_one_with_its_name(ground: Store) -> None:
    link(ground, 2, 1)

    moved = unlink(ground, PHONE)

    assert moved.target not in (1, 2, 3)
    assert (contact(ground, moved.target).name, contact(ground, moved.target).last_owner) == ("Eva G.", "luis")
    assert cases(ground) == {1: (2, "ana"), 2: (moved.target, "luis")}
    assert broken(ground) == 0


def test_a_contact_of_two_addresses_goes_home_one_by_one(ground: Store) -> None:
    change(ground, 2, tags=["norte"])
    link(ground, 2, 3)
    link(ground, 1, 2)

    unlink(ground, CHAT)
    assert contact(ground, 1).tags == ["norte"]
    unlink(ground, PHONE)

    assert whose(ground) == {EVA.address: 1, PHONE.address: 2, CHAT.address: 3}
    assert contact(ground, 1).tags == []


def test_the_only_address_of_a_contact_cannot_be_unlinked(ground: Store) -> None:
    with pytest.raises(BadInput, match="only address"):
        unlink(ground, PHONE)

    assert whose(ground)[PHONE.address] == 2


def test_links_there_and_back_end_where_they_began(ground: Store) -> None:
    link(ground, 1, 2)
    alone = unlink(ground, EVA).target
    link(ground, alone, 1)
    link(ground, 1, alone)

    assert whose(ground)[EVA.address] == whose(ground)[PHONE.address] == 1
    assert cases(ground) == {1: (1, "ana"), 2: (1, "luis")}
    assert broken(ground) == 0


# Suggestions


def suggested(store: Store) -> set[tuple[int, int]]:
    with store.read() as connection:
        return {(row.contact_id, row.other_id) for row in open_suggestions(connection)}


def test_a_pair_is_suggested_once_in_either_order(ground: Store) -> None:
    with journalled(ground) as (connection, journal):
        first = suggest(connection, 2, 1, reason=Reason.NAMES_PHONE, journal=journal)
        again = suggest(connection, 1, 2, reason=Reason.SHARED, journal=journal)

    assert (first, again) == (True, False)
    assert suggested(ground) == {(1, 2)}


def test_what_was_rejected_is_not_suggested_again(ground: Store) -> None:
    with journalled(ground) as (connection, journal):
        suggest(connection, 1, 2, reason=Reason.NAMES_PHONE, journal=journal)
        reject(connection, 2, 1, by="ana", now=NOW)
        again = suggest(connection, 1, 2, reason=Reason.SHARED, journal=journal)
        never = suggest(connection, 1, 3, reason=Reason.SHARED, journal=journal)
        reject(connection, 1, 3, by="ana", now=NOW)

    assert (again, never) == (False, True)
    assert suggested(ground) == set()


def test_a_link_settles_its_suggestion_and_carries_the_others_over(ground: Store) -> None:
    with journalled(ground) as (connection, journal):
        suggest(connection, 1, 2, reason=Reason.NAMES_PHONE, journal=journal)
        suggest(connection, 2, 3, reason=Reason.SHARED, journal=journal)

    link(ground, 1, 2)

    assert suggested(ground) == {(1, 3)}
    assert broken(ground) == 0


def test_what_was_unlinked_is_not_suggested_again(ground: Store) -> None:
    link(ground, 1, 2)
    unlink(ground, PHONE)

    with journalled(ground) as (connection, journal):
        assert not suggest(connection, 1, 2, reason=Reason.NAMES_PHONE, journal=journal)


# At once


def in_the_background(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    errors: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, errors


def waits_for_a_lock(store: Store) -> bool:
    with store.read() as connection:
        return bool(connection.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


@pytest.fixture
def pg_ground(postgresql_store: Store) -> Store:
    with postgresql_store.write() as connection:
        add_house(connection)
        contact_for(connection, PHONE, now=NOW)
    return postgresql_store


def test_a_case_that_is_being_opened_meanwhile_moves_too(pg_ground: Store) -> None:
    # given a routing transaction that has found the phone's contact
    with pg_ground.write() as routing:
        found = contact_for(routing, PHONE, now=NOW)
        # when the link comes before it has opened the case
        thread, errors = in_the_background(lambda: link(pg_ground, 1, 2))
        wait_until(lambda: waits_for_a_lock(pg_ground), what="the link waits")
        add_case(routing, 2, "luis", contact_id=found.id, address=PHONE.address)
    thread.join()

    # then the case belongs to the contact who has its address
    assert errors == []
    assert cases(pg_ground) == {2: (1, "luis")}
    assert broken(pg_ground) == 0


def test_a_message_that_comes_during_a_link_finds_the_contact_who_has_its_address_then(pg_ground: Store) -> None:
    found: list[int] = []

    def route() -> None:
        with pg_ground.write() as connection:
            found.append(contact_for(connection, PHONE, now=NOW + timedelta(seconds=1)).id)

    # given a link that has not committed
    with journalled(pg_ground) as (connection, journal):
        link_contacts(connection, 1, 2, journal)
        # when a message of that phone is routed
        thread, errors = in_the_background(route)
        wait_until(lambda: waits_for_a_lock(pg_ground), what="the message waits")
    thread.join()

    # then it waits, and belongs to the contact that the address belongs to now
    assert errors == []
    assert found == [1]
    with pg_ground.read() as reading:
        assert reading.scalar(sa.select(sa.func.count()).select_from(contacts)) == 2


def test_links_that_cross_each_other_both_happen(pg_ground: Store) -> None:
    with pg_ground.write() as connection:
        contact_for(connection, CHAT, now=NOW)
    pairs = ((1, 2), (2, 3), (3, 1), (2, 1), (3, 2), (1, 3))

    threads = [in_the_background(lambda pair=pair: link(pg_ground, *pair)) for pair in pairs]  # type: ignore[misc]
    for thread, _ in threads:
        thread.join()

    assert [error for _, errors in threads for error in errors] == []
    assert broken(pg_ground) == 0
