"""The order of the day: one of everything soon, human pace, the same day for the same seed, never an avalanche of receipts."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime
from email.message import EmailMessage
from itertools import islice
from typing import cast

import pytest

from demo.customers import Customers
from demo.memory import Memory
from demo.people import CUSTOMERS_DOMAIN, somebody
from demo.phone_script import Beat, beats, rest
from demo.post_office import PostOffice
from demo.questions import question
from demo.script import Scene, pause, scenes
from router.automatic.brake import LIMIT as BRAKE_LIMIT
from router.automatic.brake import WITHIN as BRAKE_WITHIN

RECEIPTS_IN_OPENING = 9
"""A greeting, and for each person by each way the first time."""


class Mailboxes:
    """A post office that keeps what is handed in; to every question there is a receipt."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw = 0

    def hand_in(self, mail: EmailMessage, *, sender: str) -> None:
        self.mails.append(mail)

    def put_into_mailbox(self, raw: bytes) -> None:
        self.raw += 1

    def copy_newest(self) -> bool:
        self.raw += 1
        return True

    def letters_of(self, address: str, *, to: str | None = None) -> list[EmailMessage]:
        receipt = EmailMessage()
        receipt["From"], receipt["To"], receipt["Subject"] = "Shop <hola@ferreteria.example>", to, "Re: it"
        receipt["Message-ID"] = "<vc.1@ferreteria.example>"
        receipt.set_content("We have got it.")
        return [receipt]


def may_open_a_case(mail: EmailMessage) -> bool:
    return mail["In-Reply-To"] is None and mail["List-Id"] is None and mail["X-Spam-Flag"] is None


def test_a_minute_shows_one_of_everything() -> None:
    rng = random.Random(2)
    elapsed, seen = 0.0, set()
    for scene in scenes(rng):
        if elapsed > 55:
            break
        seen.add(scene)
        elapsed += pause(rng, elapsed=elapsed)

    assert seen == set(Scene)


def test_in_a_busy_hour_there_is_a_mail_every_one_to_four_seconds() -> None:
    rng = random.Random(7)
    drawn = [pause(rng, elapsed=30) for _ in range(2000)]

    assert 1 <= min(drawn) < 1.3
    assert 3.5 < max(drawn) <= 4
    assert len(set(drawn)) > 1900


def test_the_town_calms_down_but_never_falls_silent() -> None:
    rng = random.Random(7)

    assert max(pause(rng, elapsed=100_000) for _ in range(1000)) <= 4 * 10 / 1.6
    assert min(pause(rng, elapsed=600) for _ in range(1000)) > 4


def test_the_same_seed_is_the_same_day_and_another_is_another() -> None:
    def day(seed: int) -> list[Scene]:
        return list(islice(scenes(random.Random(seed)), 200))

    assert day(1) == day(1)
    assert day(1) != day(2)


def first_texts_by_phone(seed: int, *, until: float) -> list[float]:
    """When somebody gets a receipt by chat or telephone: those of the opening, and newcomers."""
    rng, elapsed, found = random.Random(f"phones {seed}"), 0.0, [0.0] * RECEIPTS_IN_OPENING
    for beat in beats(rng):
        if elapsed > until:
            return found
        found += [elapsed] if beat is Beat.NEWCOMER else []
        elapsed += rest(rng, elapsed=elapsed)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_however_long_it_runs_receipts_stay_below_the_brake(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.customers.photo", lambda rng: b"a photo takes time to make")
    office, rng = Mailboxes(), random.Random(seed)
    customers = Customers(cast(PostOffice, office), seed=seed, clock=lambda: datetime(2026, 11, 21, tzinfo=UTC))
    elapsed, opened = 0.0, list[float]()
    while elapsed < 2400:
        before = len(office.mails)
        customers.write_next()
        opened += [elapsed for mail in office.mails[before:] if may_open_a_case(mail)]
        elapsed += pause(rng, elapsed=elapsed)

    opened += first_texts_by_phone(seed, until=2400)
    stretch = BRAKE_WITHIN.total_seconds()
    most = max(sum(start <= each < start + stretch for each in opened) for start in opened)
    assert most < BRAKE_LIMIT
    assert office.raw >= 2
    ids = [str(mail["Message-ID"]) for mail in office.mails]
    assert len(set(ids)) == len(ids)


def test_people_who_have_not_written_yet_never_run_out() -> None:
    rng, known = random.Random(1), set[str]()
    for _ in range(400):
        person = somebody(rng, "es", known=frozenset(known))
        assert person.address not in known
        assert person.address.isascii()
        assert person.address.endswith(CUSTOMERS_DOMAIN)
        known.add(person.address)


def test_no_question_is_asked_again_before_every_other_was_asked() -> None:
    rng, asked = random.Random(1), Counter[str]()
    for _ in range(45):
        question(rng, "es", asked=asked)

    assert max(asked.values()) - min(asked.values()) <= 1


def test_somebody_adds_to_a_question_once_and_only_if_they_have_asked() -> None:
    from tests.demo.test_letters import STAMP

    memory = Memory(random.Random(1))
    assert memory.unfinished() is None
    person = memory.newcomer()
    memory.remember(person, memory.question_of(person), STAMP)

    conversation = memory.unfinished()
    assert conversation is not None
    assert conversation.person == person
    memory.add(conversation, STAMP)
    assert memory.unfinished() is None
