"""Hand-overs by people and by the clock: who has the case afterwards, who is told, and who learns that they were late."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.assigning.lapses import lapse_acceptances
from router.assigning.leavers import hand_over_leavers
from router.assigning.line import drain_line, move_on_from_absent
from router.assigning.presence import keep_presence
from router.moves.accept import accept, note_accepted
from router.moves.base import Move, begin
from router.moves.decline import decline
from router.moves.refusals import Refused
from router.moves.transfer import transfer
from tests.router.house_for_tests import House, mail
from ventanilla.store.agents import add_absence, end_absences
from ventanilla.store.audit import audit
from ventanilla.store.conversations import lock_case
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, assignments, collaborators, conversations, events, notes, outbox
from ventanilla.words import DeliveryState, EventKind, OutboxKind, Side

SUPERVISED = {"marta": 'role = "supervisor"'}
ASKED = {**SUPERVISED, "team": 'accept_within = "10m"'}


@pytest.fixture
def house(store: Store, tmp_path: Path) -> House:
    return House(store, tmp_path, settings=dict(SUPERVISED))


@pytest.fixture
def asking(sqlite_store: Store, tmp_path: Path) -> House:
    """A house whose team asks for cases to be accepted within ten minutes."""
    return House(sqlite_store, tmp_path, settings=dict(ASKED))


def sound(house: House) -> bool:
    with house.store.read() as connection:
        broken = audit(connection, now=house.now, blobs=house.store.blobs)
    assert not any(broken.values()), {name: count for name, count in broken.items() if count}
    return True


def journal(house: House) -> Journal:
    return Journal(now=house.now, actor="sweeper")


def do(house: House, agent: str, what: Any, *arguments: Any, **options: Any) -> Any:
    """Somebody does something, in a transaction of its own."""
    with house.store.write() as connection:
        move = begin(connection, house.router.house, agent, Side.COMMAND, now=house.now)
        done = what(move, *arguments, **options)
        move.journal.flush(connection)
    return done


def case_of(house: House, number: int = 0) -> sa.Row[Any]:
    return house.rows(conversations)[number]


def opened(house: House, owner: str | None = None, **letter: Any) -> sa.Row[Any]:
    """A customer writes; the case, which is handed to `owner` by the supervisor if it is not theirs already."""
    house.receive(mail(**letter))
    case = house.rows(conversations)[-1]
    if owner and case.owner != owner:
        with house.store.write() as connection:
            move = begin(connection, house.router.house, "marta", Side.COMMAND, now=house.now)
            transfer(move, case.key, owner)
            connection.execute(sa.update(conversations).where(conversations.c.id == case.id).values(pinned=False))
            move.journal.flush(connection)
    return house.rows(conversations)[-1]


def kinds(house: House, case: sa.Row[Any]) -> list[str]:
    return [event.kind for event in house.rows(events, lambda table: table.c.conversation_id == case.id)]


def notices(house: House, agent: str) -> list[sa.Row[Any]]:
    return house.rows(outbox, lambda table: (table.c.kind == OutboxKind.NOTICE) & (table.c.agent == agent))


def other(agent: str) -> str:
    return "luis" if agent == "ana" else "ana"


def away(house: House, agent: str, **more: Any) -> None:
    facts = {"starts_at": house.now, "ends_at": None, "cover": None, "now": house.now}
    with house.store.write() as connection:
        add_absence(connection, agent, **{**facts, **more})
    keep_presence(house.store, house.router.house, journal(house))


def back(house: House, agent: str) -> None:
    with house.store.write() as connection:
        end_absences(connection, agent, now=house.now)
    keep_presence(house.store, house.router.house, journal(house))


class TestTransfer:
    def test_an_owner_gives_their_case_to_another_who_is_told_and_pinned(self, house: House) -> None:
        case = opened(house)

        after = do(house, case.owner, transfer, case.key, other(case.owner))

        assert (after.owner, after.pinned, after.assignment_number) == (other(case.owner), True, 2)
        assert len(notices(house, after.owner)) == 1
        last = house.rows(assignments)[-1]
        assert (last.agent, last.reason, last.actor) == (after.owner, "transfer", case.owner)
        assert sound(house)

    def test_whoever_has_it_already_keeps_it_under_the_same_assignment(self, house: House) -> None:
        case = opened(house)
        first = do(house, case.owner, transfer, case.key, other(case.owner))
        before = house.rows(events)

        again = do(house, "marta", transfer, case.key, first.owner, expected_number=1)

        assert again.assignment_number == first.assignment_number
        assert house.rows(events) == before

    def test_of_two_who_hand_over_what_they_saw_the_second_learns_who_won(self, house: House) -> None:
        case = opened(house)
        do(house, "marta", transfer, case.key, "marta", expected_number=case.assignment_number)

        with pytest.raises(Refused, match="it is marta's now") as refused:
            do(house, case.owner, transfer, case.key, other(case.owner), expected_number=case.assignment_number)

        assert (refused.value.code, refused.value.values["owner"]) == ("moved_on", "marta")

    def test_a_stranger_to_the_case_may_not(self, house: House) -> None:
        case = opened(house)
        with pytest.raises(Refused, match=f"is {case.owner}'s"):
            do(house, other(case.owner), transfer, case.key, other(case.owner))

    def test_a_collaborator_takes_it_and_has_accepted_it_by_that(self, asking: House) -> None:
        case = opened(asking)
        helper = other(case.owner)
        row = {"conversation_id": case.id, "agent": helper, "added_by": case.owner, "added_at": asking.now}
        with asking.store.write() as connection:
            connection.execute(sa.insert(collaborators).values(row))

        do(asking, helper, transfer, case.key, helper)

        last = asking.rows(assignments)[-1]
        assert (last.agent, last.reason, last.accepted_at, last.accept_by) == (helper, "taken", asking.now, None)
        assert sound(asking)

    @pytest.mark.parametrize("to", ["nadie", "inma"])
    def test_nobody_gets_it_who_cannot_have_cases(self, house: House, to: str) -> None:
        house.apply(more='[agents.inma]\nemail = "inma@example.com"\nrole = "auditor"\n')
        case = opened(house)
        with pytest.raises(Refused, match=f"{to} cannot be given cases; who can: ana, luis, marta"):
            do(house, case.owner, transfer, case.key, to)

    def test_a_word_goes_along_for_our_own_people(self, house: House) -> None:
        case = opened(house)
        do(house, case.owner, transfer, case.key, other(case.owner), note="  Pregunta por el envío.  ")
        (note,) = house.rows(notes)
        assert (note.agent, note.text, note.side) == (case.owner, "Pregunta por el envío.", "command")

    def test_what_is_given_to_somebody_off_duty_waits_for_them_and_leaves_when_they_go_again(
        self, house: House
    ) -> None:
        away(house, "luis")
        house.later(hours=2)
        case = opened(house)
        do(house, "ana", transfer, case.key, "luis")

        house.later(hours=3)
        assert move_on_from_absent(house.store, house.router.house, journal(house)) == 0
        assert notices(house, "luis")[0].state == DeliveryState.HELD

        back(house, "luis")
        house.later(minutes=1)
        away(house, "luis")
        house.later(minutes=16)
        assert move_on_from_absent(house.store, house.router.house, journal(house)) == 1
        assert case_of(house).owner == "ana"
        assert EventKind.UNPINNED in kinds(house, case)
        assert sound(house)


class TestAcceptance:
    def test_what_is_not_accepted_in_time_goes_to_somebody_else_once(self, asking: House) -> None:
        case = opened(asking)
        asking.later(minutes=9)
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 0

        asking.later(minutes=1)
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 1
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 0

        assert case_of(asking).owner == other(case.owner)
        assert kinds(asking, case).count(EventKind.ACCEPTANCE_LAPSED) == 1
        assert asking.rows(assignments)[-1].reason == "acceptance_lapsed"
        considered = {one["agent"]: one["verdict"] for one in asking.rows(assignments)[-1].decision["considered"]}
        assert considered[case.owner] == "declined"
        assert sound(asking)

    def test_what_nobody_accepts_is_held_by_the_duty_person_and_a_supervisor_is_told(self, asking: House) -> None:
        case = opened(asking)
        for _ in range(2):
            asking.later(minutes=10)
            assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 1

        held = case_of(asking)
        assert (held.owner, held.line_since) == ("marta", asking.now)
        asking.later(hours=1)
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 0
        assert drain_line(asking.store, asking.router.house, journal(asking)) == 0
        (alert,) = asking.rows(outbox, lambda table: table.c.kind == OutboxKind.ALERT)
        assert (alert.agent, case.key in alert.payload["body"]) == ("marta", True)
        assert sound(asking)

    def test_accepting_stops_the_clock_and_a_repeat_changes_nothing(self, asking: House) -> None:
        case = opened(asking)
        asking.later(minutes=5)
        do(asking, case.owner, accept, case.key)
        asking.later(minutes=1)
        do(asking, case.owner, accept, case.key)

        (assignment,) = asking.rows(assignments)
        assert assignment.accepted_at == asking.now - timedelta(minutes=1)
        assert kinds(asking, case).count(EventKind.ACCEPTED) == 1
        asking.later(hours=1)
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 0

    def test_working_on_a_case_accepts_it_but_only_by_its_owner(self, asking: House) -> None:
        case = opened(asking)

        def works(move: Move, agent: str) -> None:
            note_accepted(move.connection, lock_case(move.connection, case.id), agent, move.journal)

        do(asking, other(case.owner), works, other(case.owner))
        assert asking.rows(assignments)[0].accepted_at is None
        do(asking, case.owner, works, case.owner)
        assert asking.rows(assignments)[0].accepted_at == asking.now

    def test_nobody_is_asked_where_the_team_does_not(self, house: House) -> None:
        opened(house)
        assert house.rows(assignments)[0].accept_by is None

    def test_only_whoever_has_it_can_accept_it(self, asking: House) -> None:
        case = opened(asking)
        with pytest.raises(Refused, match=f"is {case.owner}'s: only they"):
            do(asking, "marta", accept, case.key)

    def test_the_time_is_counted_in_their_shift_and_begins_anew_after_an_absence(self, asking: House) -> None:
        asking.apply(ana='calendar = "madrid"', luis='calendar = "madrid"')
        asking.later(hours=3, minutes=55)  # five minutes before the break of lunch
        case = opened(asking)
        assert asking.rows(assignments)[0].accept_by == asking.now + timedelta(hours=1, minutes=10)

        asking.later(minutes=1)
        away(asking, case.owner, ends_at=asking.now + timedelta(hours=1, minutes=10))
        for _ in range(71):  # as the sweeper looks again and again
            asking.later(minutes=1)
            keep_presence(asking.store, asking.router.house, journal(asking))
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 0
        asking.later(minutes=9)
        assert lapse_acceptances(asking.store, asking.router.house, journal(asking)) == 1

    def test_a_lapse_unpins_what_a_person_gave(self, asking: House) -> None:
        case = opened(asking)
        do(asking, "marta", transfer, case.key, other(case.owner))
        asking.later(minutes=10)
        lapse_acceptances(asking.store, asking.router.house, journal(asking))
        assert not case_of(asking).pinned
        assert EventKind.UNPINNED in kinds(asking, case)


class TestNotMine:
    def test_it_goes_to_somebody_else_and_the_reason_is_kept_as_a_note(self, house: House) -> None:
        case = opened(house)
        after = do(house, case.owner, decline, case.key, reason="Es de facturación")

        assert after.owner == other(case.owner)
        (note,) = house.rows(notes)
        assert (note.agent, note.text) == (case.owner, "Es de facturación")
        (event,) = house.rows(events, lambda table: table.c.kind == EventKind.DECLINED)
        assert (event.agent, event.data) == (case.owner, {})
        assert sound(house)

    def test_said_twice_it_is_said_once(self, house: House) -> None:
        case = opened(house)
        do(house, case.owner, decline, case.key, reason="No")
        before = house.rows(events)
        assert do(house, case.owner, decline, case.key, reason="No").owner == other(case.owner)
        assert house.rows(events) == before

    def test_a_reason_is_demanded(self, house: House) -> None:
        case = opened(house)
        with pytest.raises(Refused, match="--reason"):
            do(house, case.owner, decline, case.key, reason=" ")

    def test_when_all_have_declined_the_first_duty_person_keeps_it_and_a_supervisor_is_told(self, house: House) -> None:
        case = opened(house)
        for _ in range(3):
            do(house, case_of(house).owner, decline, case.key, reason="No es lo mío")

        held = case_of(house)
        assert (held.owner, held.line_since) == ("marta", house.now)
        assert drain_line(house.store, house.router.house, journal(house)) == 0
        assert {row.agent for row in house.rows(outbox, lambda table: table.c.kind == OutboxKind.ALERT)} == {"marta"}
        assert sound(house)

    def test_what_one_has_declined_keeps_no_other_case_of_the_line_waiting(self, house: House) -> None:
        house.apply(capacity="1")
        away(house, "luis")
        declined = opened(house)
        do(house, "ana", decline, declined.key, reason="No")
        opened(house, sender="otro@clientes.example", subject="Otra cosa")
        opened(house, sender="tercero@clientes.example", subject="Y otra")
        waiting = case_of(house, 2)
        assert (declined.owner, waiting.owner, waiting.line_since) == ("ana", "marta", house.now)

        house.apply(capacity="8")
        assert drain_line(house.store, house.router.house, journal(house)) == 1

        assert [case.owner for case in house.rows(conversations)] == ["marta", "ana", "ana"]
        assert sound(house)

    def test_the_next_turn_begins_with_a_clean_slate(self, house: House) -> None:
        case = opened(house, message_id="<1@c.example>")
        do(house, case.owner, decline, case.key, reason="No")
        with house.store.write() as connection:
            change = sa.update(conversations).values(waiting_since=None, state="waiting_customer")
            connection.execute(change)
            connection.execute(sa.update(agents).values(load=0))
        house.later(minutes=30)
        house.receive(mail(subject="Re: hola", headers={"In-Reply-To": "<1@c.example>"}))
        assert do(house, other(case.owner), decline, case.key, reason="Ahora no").owner == case.owner


class TestAbsence:
    def test_who_comes_back_does_not_get_their_old_cases_back(self, house: House) -> None:
        case = opened(house)
        away(house, case.owner)
        house.later(minutes=16)
        move_on_from_absent(house.store, house.router.house, journal(house))
        back(house, case.owner)
        house.later(minutes=30)
        move_on_from_absent(house.store, house.router.house, journal(house))
        drain_line(house.store, house.router.house, journal(house))
        assert case_of(house).owner == other(case.owner)

    def test_on_the_day_somebody_has_left_all_they_own_goes_to_others_without_a_reload(self, house: House) -> None:
        house.apply(ana="left = 2026-11-24")
        opened(house, "ana")
        assert hand_over_leavers(house.store, house.router.house, journal(house)) == 0

        house.later(hours=14)  # midnight in Madrid
        assert hand_over_leavers(house.store, house.router.house, journal(house)) == 1
        assert hand_over_leavers(house.store, house.router.house, journal(house)) == 0

        assert case_of(house).owner == "luis"
        (ana,) = house.rows(agents, lambda table: table.c.name == "ana")
        assert (ana.enabled, ana.load) == (False, 0)
        assert sound(house)
