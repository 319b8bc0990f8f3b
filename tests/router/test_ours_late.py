"""Answers of mail clients that are seen too early, too late, or that come back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.service import route_item, route_items
from tests.router.house_for_tests import MONDAY_TEN, House, mail
from tests.router.sent_mail import ASKED, ask, bounce, case_of, file, sent, sound
from ventanilla.channel import OUTBOUND
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.store.turns import end_case
from ventanilla.words import InboxState, Resolution


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> Iterator[House]:
    made = House(sqlite_store, tmp_path)
    yield made
    sound(made)


@pytest.fixture
def on_both(store: Store, tmp_path: Path) -> Iterator[House]:
    """The house on each engine, for what differs between them: locks, arrays, conflicts."""
    made = House(store, tmp_path)
    yield made
    sound(made)


def test_an_answer_that_was_routed_before_its_question_counts_once_that_is_there(on_both: House) -> None:
    house = on_both
    written = house.later(minutes=30)
    answer = house.commit(sent(at=written, sender="Luis <soporte@example.com>"), note=OUTBOUND)
    assert route_item(house.router, answer) is InboxState.PENDING  # its question may come any moment
    house.later(minutes=1)
    assert route_item(house.router, answer) is InboxState.SCREENED

    assert house.receive(mail(message_id=ASKED), received=MONDAY_TEN) is InboxState.ROUTED
    house.later(minutes=1)
    woken = overdue(house.store, now=house.now)

    assert woken == [answer]
    assert route_items(house.router, woken) == {answer: InboxState.ROUTED}
    case = case_of(house)
    assert (case.waiting_since, case.first_response_at) == (None, written)


def test_of_two_answers_that_are_found_together_the_earlier_one_was_the_first(on_both: House) -> None:
    house = on_both
    ask(house)
    early, late = house.later(minutes=5), house.later(minutes=10)
    found = [
        house.commit(sent(sender="luis@example.com", at=late, message_id="<l@example.com>"), note=OUTBOUND),
        house.commit(sent(sender="ana@example.com", at=early, message_id="<a@example.com>"), note=OUTBOUND),
    ]
    house.later(minutes=1)

    assert route_items(house.router, found) == dict.fromkeys(found, InboxState.ROUTED)

    assert case_of(house).first_response_at == early
    answers = [row for row in house.rows(messages) if row.direction == "out"]
    assert [(row.agent, row.replied_at, row.turn_since is not None) for row in answers] == [
        ("luis", late, False),
        ("ana", early, True),
    ]


def test_a_mail_that_one_of_us_began_is_in_the_case_that_the_customers_answer_opens(house: House) -> None:
    began = house.commit(
        sent(answers=None, at=house.now, subject="Su presupuesto", message_id="<p@example.com>"), note=OUTBOUND
    )
    assert route_item(house.router, began) is InboxState.SCREENED
    asked = house.later(hours=1)

    house.receive(mail(message_id=ASKED, subject="Re: Su presupuesto", headers={"In-Reply-To": "<p@example.com>"}))
    house.later(minutes=1)
    route_items(house.router, overdue(house.store, now=house.now))

    (case,) = house.rows(conversations)
    assert {row.external_id for row in house.rows(messages)} == {"<p@example.com>", ASKED}
    assert (case.waiting_since, case.first_response_at) == (asked, None)


def test_an_answer_to_a_resolved_case_is_kept_there_and_opens_nothing(house: House) -> None:
    ask(house)
    file(house, sent(at=house.later(minutes=5)))
    house.later(minutes=5)

    assert file(house, sent(at=house.now, message_id="<otra@example.com>")) is InboxState.ROUTED

    replies = [row.turn_since is not None for row in house.rows(messages) if row.direction == "out"]
    assert replies == [True, False]


def test_an_answer_of_a_mail_client_that_bounces_opens_the_turn_again_and_tells_people(on_both: House) -> None:
    house = on_both
    ask(house)
    file(house, sent(sender="marta@example.com", at=house.later(minutes=5)))

    house.receive(bounce("<respuesta@example.com>"))

    case, message = case_of(house), house.rows(messages)[-1]
    assert (case.state, case.waiting_since, case.first_response_at) == ("open", MONDAY_TEN, None)
    assert message.replied_at is None
    told = {row.agent for row in house.rows(outbox) if row.dedupe_key.startswith("ours_bounced")}
    assert told == {"marta", case.owner}


def test_a_bounce_that_comes_before_the_copy_is_filed_counts_once_that_is_there(house: House) -> None:
    ask(house)
    house.receive(bounce("<respuesta@example.com>"))
    file(house, sent(at=house.later(minutes=5)))
    assert case_of(house).waiting_since is None

    house.later(minutes=1)
    route_items(house.router, overdue(house.store, now=house.now))

    assert case_of(house).waiting_since == MONDAY_TEN


def test_an_answer_that_is_found_after_its_case_was_resolved_ended_the_turn_all_the_same(house: House) -> None:
    case = ask(house)
    written = house.later(minutes=10)
    house.later(minutes=1)
    with house.store.write() as connection:
        journal = Journal(now=house.now, actor="ana")
        locked = lock_case(connection, case.id)
        end_case(connection, locked, journal, resolution=Resolution.UNANSWERED, agent="ana")
        journal.flush(connection)
    house.later(minutes=1)

    assert file(house, sent(at=written)) is InboxState.ROUTED

    case, message = case_of(house), house.rows(messages)[-1]
    assert (case.state, case.resolution, case.first_response_at) == ("resolved", "answered", written)
    assert (message.replied_at, message.turn_since) == (written, MONDAY_TEN)


def test_a_mail_that_follows_the_end_of_a_case_changes_nothing_of_it(house: House) -> None:
    case = ask(house)
    with house.store.write() as connection:
        journal = Journal(now=house.later(minutes=1), actor="ana")
        locked = lock_case(connection, case.id)
        end_case(connection, locked, journal, resolution=Resolution.NO_REPLY_NEEDED, agent="ana")
        journal.flush(connection)

    assert file(house, sent(at=house.later(minutes=5))) is InboxState.ROUTED

    case = case_of(house)
    assert (case.state, case.resolution, case.first_response_at) == ("resolved", "no_reply_needed", None)


def test_of_two_answers_the_earlier_one_ended_the_turn_also_when_it_is_found_later(house: House) -> None:
    ask(house)
    early, late = house.later(minutes=5), house.later(minutes=5)
    file(house, sent(sender="luis@example.com", at=late, message_id="<late@example.com>"))
    house.later(minutes=1)

    file(house, sent(sender="marta@example.com", at=early, message_id="<early@example.com>"))

    turns = {row.agent: row.turn_since for row in house.rows(messages) if row.direction == "out"}
    assert turns == {"luis": None, "marta": MONDAY_TEN}
    assert case_of(house).first_response_at == early
