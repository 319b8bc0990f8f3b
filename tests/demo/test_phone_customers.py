"""The people who chat and call: the opening has one of everything in order, what goes on belongs to what was before."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from itertools import islice

import pytest

from demo.book import Book, Source
from demo.mail_town import MailTown
from demo.phone_customers import PhoneCustomers
from demo.phone_people import ALBA, DIEGO, NURIA, OLIVIA, ROSA, TOMAS, customer_list
from demo.phone_script import OPENING, Beat, beats, rest
from demo.phones import Phones
from demo.post_office import PostOffice
from demo.provider_town import ProviderTown
from demo.sounds import silence_mp3, silence_opus
from ventanilla.phones import e164


class Outgoing(PostOffice):
    """A post office that keeps what is handed in."""

    def __init__(self) -> None:
        super().__init__(MailTown(mailboxes=[], password="", smtp_port=1, imap_port=1), Book())
        self.senders: list[str] = []

    def hand_in(self, mail: object, *, sender: str) -> None:
        self.senders.append(sender)


@pytest.fixture(scope="module")
def day(provider_town: ProviderTown) -> tuple[Phones, Book, Outgoing]:
    """The whole opening and a little more, played on real servers."""
    book, office = Book(), Outgoing()
    phones = Phones(provider_town, book)
    customers = PhoneCustomers(phones, office, seed=2, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    for _ in range(len(OPENING) + 20):
        customers.do_next()
    return phones, book, office


def test_the_book_has_all_that_the_providers_hold_and_no_more(day: tuple[Phones, Book, Outgoing]) -> None:
    phones, book, _ = day
    chats, calls = phones.look_at(Source.TELEGRAM), phones.look_at(Source.PHONE)

    assert Counter(map(str, chats["updates"])) == book.marks(Source.TELEGRAM)
    inbound = [each["sid"] for each in calls["texts"] if each["direction"] == "inbound"]
    assert Counter([*inbound, *calls["calls"]]) == book.marks(Source.PHONE)
    assert book.count == book.total == len(book.arrivals()) + 1  # an edit has its message's name


def test_people_go_on_by_another_way_about_the_same_thing(day: tuple[Phones, Book, Outgoing]) -> None:
    phones, _, office = day
    chats, calls = phones.look_at(Source.TELEGRAM)["chats"], phones.look_at(Source.PHONE)
    by_sender = {each["from"]: each["to"] for each in calls["texts"]}

    assert office.senders == [ROSA.address]
    assert by_sender[f"whatsapp:{ROSA.phone}"].startswith("whatsapp:")
    assert TOMAS.phone in by_sender
    assert any("contact" in each for each in chats[str(TOMAS.telegram)])
    assert any("edit_date" in each for each in chats[str(ALBA.telegram)])
    album = Counter(each["media_group_id"] for each in chats[str(OLIVIA.telegram)] if "media_group_id" in each)
    assert max(album.values()) == 3
    assert any(each["body"] == "BAJA" and each["from"] == DIEGO.phone for each in calls["texts"])
    assert len(calls["recordings"]) >= 1


def test_what_goes_on_with_something_comes_after_it() -> None:
    place = {beat: number for number, beat in reversed(list(enumerate(OPENING)))}

    assert set(place) == set(Beat) - {Beat.NEWCOMER}
    for before, after in [
        (Beat.START, Beat.ASK),
        (Beat.ASK, Beat.CORRECT),
        (Beat.MAIL_FIRST, Beat.WHATSAPP_AFTER_MAIL),
        (Beat.VOICEMAIL, Beat.SMS_AFTER_CALL),
        (Beat.SMS_AFTER_CALL, Beat.TELEGRAM_TOO),
        (Beat.TELEGRAM_TOO, Beat.SHARE_PHONE),
        (Beat.MISSED_CALL, Beat.CALL_AGAIN),
        (Beat.SMS, Beat.STOP),
    ]:
        assert place[before] < place[after]


def test_a_minute_shows_the_whole_opening() -> None:
    rng, elapsed = random.Random(3), 0.0
    for _ in islice(beats(rng), len(OPENING)):
        elapsed += rest(rng, elapsed=elapsed)

    assert elapsed < 55


def test_everybody_has_a_number_that_can_be_one_and_the_list_names_two_of_them() -> None:
    people = (ALBA, DIEGO, NURIA, OLIVIA, ROSA, TOMAS)

    assert all(e164(person.phone) == person.phone for person in people)
    assert len({person.telegram for person in people}) == len(people)
    assert [line.split(";")[2] for line in customer_list().splitlines()[1:]] == [ROSA.phone, TOMAS.phone]


def test_sounds_have_the_form_that_players_expect() -> None:
    mp3, opus = silence_mp3(2), silence_opus(3)

    assert mp3[:2] == b"\xff\xfb"
    assert len(mp3) // 104 == round(2 * 44_100 / 1152)
    assert opus.count(b"OggS") == 2 + 3
    assert opus.startswith(b"OggS\x00\x02")
    assert b"OpusHead" in opus[:64]
