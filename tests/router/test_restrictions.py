"""Difficult customers: one person's alone and without pings, or not let in until a day; always recorded."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.assigning.line import drain_line, move_on_from_absent
from router.assigning.presence import keep_presence
from router.moves.base import begin
from router.moves.decline import decline
from router.moves.refusals import Refused
from router.moves.restrict import block, restrict, unrestrict
from router.notices.digests import send_opening_digests
from router.service import route_item
from tests.router.house_for_tests import House, mail
from ventanilla.store.agents import add_absence
from ventanilla.store.audit import audit
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import reopen_row
from ventanilla.store.tables import agents, assignments, contacts, conversations, events, inbox, outbox
from ventanilla.words import DeliveryState, EventKind, InboxState, OutboxKind, Side

SUPERVISED = {"marta": 'role = "supervisor"'}


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path, settings=dict(SUPERVISED))


@pytest.fixture
def either_house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path, settings=dict(SUPERVISED))


def do(house: House, agent: str, what: Any, *arguments: Any, **options: Any) -> Any:
    with house.store.write() as connection:
        move = begin(connection, house.router.house, agent, Side.COMMAND, now=house.now)
        done = what(move, *arguments, **options)
        move.journal.flush(connection)
    return done


def journal(house: House) -> Journal:
    return Journal(now=house.now, actor="sweeper")


def away(house: House, agent: str, **more: Any) -> None:
    with house.store.write() as connection:
        add_absence(
            connection, agent, **{"starts_at": house.now, "ends_at": None, "cover": None, "now": house.now, **more}
        )
    keep_presence(house.store, house.router.house, journal(house))


def known(house: House) -> int:
    """The customer of these tests has written once before, and it was dealt with by ana."""
    house.receive(mail(subject="Lo de antes"))
    with house.store.write() as connection:
        this = {"is_open": None, "released_at": house.now, "release_reason": "resolved"}
        connection.execute(sa.update(assignments).values(this))
        over = {"state": "closed", "owned": None, "waiting_since": None, "closed_at": house.now}
        connection.execute(sa.update(conversations).values(over))
        connection.execute(sa.update(agents).values(load=0))
    house.later(minutes=1)
    (contact,) = house.rows(contacts)
    return int(contact.id)


def newest(house: House) -> sa.Row[Any]:
    return house.rows(conversations)[-1]


def letters(house: House, kind: OutboxKind, case: sa.Row[Any]) -> list[sa.Row[Any]]:
    return house.rows(outbox, lambda table: (table.c.kind == kind) & (table.c.conversation_id == case.id))


def sound(house: House) -> bool:
    with house.store.read() as connection:
        broken = audit(connection, now=house.now, blobs=house.store.blobs)
    return not any(broken.values())


class TestRestricted:
    def test_whatever_they_write_is_the_named_persons_beyond_team_and_capacity_and_pings_nobody(
        self, either_house: House
    ) -> None:
        house = either_house
        contact = known(house)
        assert do(house, "marta", restrict, contact, "marta", reason="Insulta") == 0
        house.apply(marta='role = "supervisor"\ncapacity = 1')

        for number in range(3):
            house.receive(mail(subject=f"URGENTE {number}"))

        cases = house.rows(conversations)[1:]
        assert [case.owner for case in cases] == ["marta"] * 3
        assert [house.rows(assignments)[-1].reason, cases[-1].line_since] == ["restricted", None]
        assert [row.state for case in cases for row in letters(house, OutboxKind.NOTICE, case)] == [
            DeliveryState.HELD
        ] * 3
        assert [row for case in cases for row in letters(house, OutboxKind.ACKNOWLEDGEMENT, case)] == []
        assert drain_line(house.store, house.router.house, journal(house)) == 0
        assert sound(house)

    def test_they_are_told_of_it_once_in_the_next_digest(self, house: House) -> None:
        house.apply(marta='role = "supervisor"\ncalendar = "madrid"')
        do(house, "marta", restrict, known(house), "marta", reason="Insulta")
        house.receive(mail(subject="Uno"))
        house.receive(mail(subject="Dos"))

        assert send_opening_digests(house.store, house.router.house, now=house.now) == 0
        house.later(hours=5)  # after lunch
        keep_presence(house.store, house.router.house, journal(house))
        assert send_opening_digests(house.store, house.router.house, now=house.now) == 1

        (digest,) = house.rows(outbox, lambda table: table.c.kind == OutboxKind.DIGEST)
        assert [subject in digest.payload["body"] for subject in ("Uno", "Dos")] == [True, True]

    def test_a_receipt_that_the_law_asks_for_is_sent(self, house: House) -> None:
        house.apply(more='[[rules]]\nwhen = { subject = "(?i)queja" }\nthen = { kind = "complaint" }\n')
        do(house, "marta", restrict, known(house), "marta", reason="Insulta")
        house.receive(mail(subject="Una queja"))
        assert len(letters(house, OutboxKind.ACKNOWLEDGEMENT, newest(house))) == 1

    def test_a_shift_that_is_over_changes_nothing_and_an_absence_brings_the_cover(self, house: House) -> None:
        do(house, "marta", restrict, known(house), "luis", reason="Insulta")
        house.apply(luis='calendar = "tardes"')
        keep_presence(house.store, house.router.house, journal(house))
        house.receive(mail(subject="Uno"))
        house.later(hours=2)
        assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0
        assert newest(house).owner == "luis"

        away(house, "luis", cover="ana")
        assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1
        house.receive(mail(subject="Dos"))

        assert [case.owner for case in house.rows(conversations)[1:]] == ["ana", "ana"]
        assert house.rows(assignments)[-1].reason == "cover"

    def test_without_a_cover_the_duty_person_stands_in(self, house: House) -> None:
        do(house, "marta", restrict, known(house), "luis", reason="Insulta")
        away(house, "luis")
        house.receive(mail(subject="Uno"))
        case = newest(house)
        assert (case.owner, case.line_since) == ("marta", None)
        verdicts = {one["verdict"] for one in house.rows(assignments)[-1].decision["considered"]}
        assert verdicts == {"chosen", "restricted"}

    def test_what_is_open_goes_to_the_named_person_at_once(self, house: House) -> None:
        house.receive(mail())
        case = newest(house)
        to = "luis" if case.owner == "ana" else "ana"
        assert do(house, case.owner, restrict, case.contact_id, to, reason="Grita") == 1
        assert do(house, "marta", restrict, case.contact_id, to, reason="Grita") == 0
        assert newest(house).owner == to
        assert [row.state for row in letters(house, OutboxKind.NOTICE, case) if row.agent == to] == [DeliveryState.HELD]
        assert [event.data["restriction"] for event in house.rows(events) if event.kind == "contact_restricted"] == [
            "restricted"
        ]
        assert sound(house)

    def test_a_named_person_who_declines_hands_it_to_the_duty_person(self, house: House) -> None:
        do(house, "marta", restrict, known(house), "luis", reason="Insulta")
        house.receive(mail(subject="Uno"))
        do(house, "luis", decline, newest(house).key, reason="Es mi vecino")
        assert newest(house).owner == "marta"

    def test_only_who_has_the_customer_or_supervises_may(self, house: House) -> None:
        contact = known(house)
        (row,) = house.rows(contacts)
        stranger = "luis" if row.last_owner == "ana" else "ana"
        with pytest.raises(Refused, match=f"{stranger} has no case of this customer"):
            do(house, stranger, restrict, contact, stranger, reason="x")
        with pytest.raises(Refused, match="--reason"):
            do(house, "marta", restrict, contact, "ana", reason=" ")


class TestBlocked:
    def block(self, house: House, *, days: float = 30) -> int:
        contact = known(house)
        do(house, "marta", block, contact, house.now + timedelta(days=days), reason="Amenazas")
        return contact

    def test_what_they_write_is_recorded_and_opens_no_case_and_is_not_answered(self, either_house: House) -> None:
        house = either_house
        self.block(house)
        before = len(house.rows(outbox))

        assert house.receive(mail(subject="Otra vez")) is InboxState.SCREENED

        row = house.rows(inbox)[-1]
        assert row.reason == "blocked: marta does not let this customer in before 2026-12-23"
        assert (len(house.rows(conversations)), len(house.rows(outbox))) == (1, before)
        assert sound(house)

    def test_after_the_day_they_are_let_in_again_by_themselves(self, house: House) -> None:
        self.block(house, days=1)
        house.later(days=1)
        assert house.receive(mail(subject="Buenos días")) is InboxState.ROUTED

    def test_what_came_in_during_the_block_stays_out_though_it_is_routed_later(self, house: House) -> None:
        self.block(house, days=1)
        during: datetime = house.now
        house.later(days=2)
        assert house.receive(mail(subject="Tarde"), received=during) is InboxState.SCREENED

    def test_a_person_lets_one_message_in(self, house: House) -> None:
        self.block(house)
        row_id = house.commit(mail(subject="Es una disculpa"))
        route_item(house.router, row_id)
        with house.store.write() as connection:
            assert reopen_row(connection, row_id, states=(InboxState.SCREENED,), released_by="marta")
        assert route_item(house.router, row_id) is InboxState.ROUTED
        assert letters(house, OutboxKind.ACKNOWLEDGEMENT, newest(house)) == []

    def test_only_a_supervisor_may_and_only_for_a_time_to_come(self, house: House) -> None:
        contact = known(house)
        with pytest.raises(Refused, match="ana is no supervisor"):
            do(house, "ana", block, contact, house.now + timedelta(days=1), reason="x")
        with pytest.raises(Refused, match="is over"):
            do(house, "marta", block, contact, house.now, reason="x")

    def test_lifting_it_lets_them_in_at_once(self, house: House) -> None:
        contact = self.block(house)
        with pytest.raises(Refused, match="no supervisor"):
            do(house, "ana", unrestrict, contact)
        assert do(house, "marta", unrestrict, contact) == "blocked"
        assert do(house, "marta", unrestrict, contact) is None
        assert house.receive(mail(subject="Gracias")) is InboxState.ROUTED
        kinds = [event.kind for event in house.rows(events)]
        assert kinds.count(EventKind.CONTACT_UNRESTRICTED) == 1


def test_two_who_have_cases_of_one_customer_read_it_in_their_notices(house: House) -> None:
    house.receive(mail(subject="Uno"))
    first = newest(house)
    do(house, first.owner, decline, first.key, reason="No es mío")
    house.receive(mail(subject="Dos"))
    with house.store.write() as connection:  # as if the second had gone to the other of them
        from router.moves.transfer import transfer

        move = begin(connection, house.router.house, "marta", Side.COMMAND, now=house.now)
        transfer(move, newest(house).key, first.owner)
        move.journal.flush(connection)

    notice = letters(house, OutboxKind.NOTICE, newest(house))[-1]
    assert f"lleva el caso {first.key} de este mismo cliente" in notice.payload["text"]
