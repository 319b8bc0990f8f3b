"""The waiting line, and whoever is off duty, covered, or gone: who holds a case meanwhile, and who gets it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from router.assigning.line import drain_line, move_on_from_absent
from tests.router.house_for_tests import House, letters, mail
from tests.router.moving import is_sound
from ventanilla.store.agents import add_absence
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import (
    agents,
    assignments,
    conversations,
)
from ventanilla.words import DeliveryState, OutboxKind


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path)


def journal(house: House) -> Journal:
    return Journal(now=house.now, actor="sweeper")


def test_with_nobody_on_duty_the_duty_person_holds_it_silently_until_opening(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path, dict.fromkeys(("ana", "luis", "marta"), 'calendar = "madrid"'))
    house.later(hours=10)  # eight in the evening
    house.receive(mail())

    (case,) = house.rows(conversations)
    (notice,) = letters(house, OutboxKind.NOTICE)
    assert case.owner == "marta"
    assert case.line_since is not None
    assert notice.state == DeliveryState.HELD

    house.later(hours=13, minutes=1)  # a minute past nine the next morning
    assert drain_line(store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner in {"ana", "luis"}
    assert case.line_since is None
    assert [notice.agent for notice in letters(house, OutboxKind.NOTICE)] == ["marta", case.owner]
    assert is_sound(house)


def test_the_waiting_line_drains_nearest_due_first(house: House) -> None:
    house.apply(capacity="1", members='"ana"')
    house.receive(mail(sender="uno@c.example"))
    for number in (3, 2, 1):  # arrived in this order, received in the other
        received = house.now - timedelta(minutes=10 * number)
        house.receive(mail(sender=f"cliente{number}@c.example", subject=f"Espera {number}"), received=received)
    assert [case.owner for case in house.rows(conversations)] == ["ana", "marta", "marta", "marta"]

    house.apply(capacity="2")
    drain_line(house.store, house.router.house, journal(house))

    owners = {case.subject: case.owner for case in house.rows(conversations)}
    assert owners["Espera 3"] == "ana"
    assert owners["Espera 2"] == owners["Espera 1"] == "marta"
    assert is_sound(house)


def test_a_case_that_nobody_can_take_holds_up_no_other_of_its_team(house: House) -> None:
    german = '\n[[rules]]\nwhen = { subject = "Deutsch" }\nthen = { skills = ["de"] }\n'
    house.apply(capacity="1", members='"ana"', more=german)
    house.receive(mail(sender="uno@c.example"))
    for number, subject in ((2, "Deutsch bitte"), (1, "Espera")):  # what nobody can do is due first
        received = house.now - timedelta(minutes=10 * number)
        house.receive(mail(sender=f"cliente{number}@c.example", subject=subject), received=received)
    assert [case.owner for case in house.rows(conversations)] == ["ana", "marta", "marta"]

    house.apply(capacity="2")
    drain_line(house.store, house.router.house, journal(house))

    owners = {case.subject: case.owner for case in house.rows(conversations)}
    assert (owners["Deutsch bitte"], owners["Espera"]) == ("marta", "ana")
    assert is_sound(house)


def test_what_waits_on_somebody_gone_beyond_grace_is_handed_over(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)
    other = {"ana": "luis", "luis": "ana"}[case.owner]
    with house.store.write() as connection:
        add_absence(connection, case.owner, starts_at=house.now, ends_at=None, cover=None, now=house.now)
    house.later(minutes=14)
    drain_line(house.store, house.router.house, journal(house))
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0

    house.later(minutes=2)
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner == other
    assert [row.reason for row in house.rows(assignments)][1] == "owner_off_duty"
    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0
    assert is_sound(house)


def test_whoever_covers_gets_what_waits_at_once(house: House) -> None:
    house.receive(mail())
    (case,) = house.rows(conversations)
    with house.store.write() as connection:
        add_absence(connection, case.owner, starts_at=house.now, ends_at=None, cover="marta", now=house.now)
    house.later(seconds=1)
    drain_line(house.store, house.router.house, journal(house))

    assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1

    (case,) = house.rows(conversations)
    assert case.owner == "marta"
    assert [row.reason for row in house.rows(assignments)][1] == "cover"
    assert case.line_since is None
    assert is_sound(house)


def test_who_leaves_hands_everything_over_in_the_same_transaction(house: House) -> None:
    for number in range(4):
        house.receive(mail(sender=f"cliente{number}@c.example"))

    house.apply(ana="left = 2026-11-22")

    assert "ana" not in {case.owner for case in house.rows(conversations)}
    assert {agent.name: agent.load for agent in house.rows(agents)}["ana"] == 0
    assert is_sound(house)
