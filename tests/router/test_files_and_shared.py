"""Files that lie at a provider are noted with their message; an address that a provider vouches for is taken down, never merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.chat_house import LUCIA, LUCIA_PHONE, ChatHouse, chat, letter, sms
from ventanilla.channel import Attachment, Party, RemoteFile
from ventanilla.store.engine import Store
from ventanilla.store.tables import (
    addresses,
    attachments,
    contact_suggestions,
    contacts,
    conversation_links,
    conversations,
    events,
    remote_files,
)
from ventanilla.words import AddressKind, EventKind, FileState

LARGE = RemoteFile(filename="b.mp4", content_type="video/mp4", ref={"id": "b"}, size=30_000_000, largest=20_000_000)
SMALL = RemoteFile(filename="a.jpg", content_type="image/jpeg", ref={"id": "a"}, size=9_000, largest=20_000_000)
HER_PHONE = Party(address=LUCIA_PHONE, name="Lucía", kind=AddressKind.PHONE)


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    return ChatHouse(store, tmp_path)


def test_files_are_noted_after_the_attachments_and_one_too_large_has_failed(house: ChatHouse) -> None:
    here = Attachment(filename="c.txt", content_type="text/plain", content=b"c")
    house.take("soporte", letter(attachments=(here,), files=(SMALL, LARGE)))

    assert [row.position for row in house.rows(attachments)] == [0]
    small, large = house.rows(remote_files)
    assert (small.position, small.state, small.channel) == (1, FileState.PENDING, "soporte")
    assert (large.position, large.state) == (2, FileState.FAILED)
    assert "20,000,000" in large.reason
    assert house.is_sound()


def test_a_shared_phone_that_nobody_has_becomes_an_address_of_its_sender(house: ChatHouse) -> None:
    for _ in range(2):
        house.take("chat", chat("", shared=(HER_PHONE,)))

    assert [(row.kind, row.value) for row in house.rows(addresses)] == [("phone", LUCIA_PHONE), ("telegram", LUCIA)]
    assert len(house.rows(contacts)) == 1
    (event,) = house.rows(events, lambda table: table.c.kind == EventKind.CONTACT_CHANGED)
    assert LUCIA_PHONE not in str(event.data)

    house.take("telefono", sms("Soy la misma"))  # and from now on she is one person there too
    chatted, texted = house.rows(conversations)
    assert (texted.contact_id, texted.owner) == (chatted.contact_id, chatted.owner)
    assert len(house.rows(conversation_links)) == 1
    assert house.is_sound()


def test_a_shared_phone_of_another_contact_suggests_and_merges_nothing(house: ChatHouse) -> None:
    house.take("telefono", sms())
    for _ in range(2):
        house.take("chat", chat("", shared=(HER_PHONE,)))

    assert len(house.rows(contacts)) == 2
    (suggestion,) = house.rows(contact_suggestions)
    assert suggestion.reason == "shared"
    assert [row.contact_id for row in house.rows(addresses)] == [1, 2]
    assert not house.rows(conversation_links)
    assert house.is_sound()
