"""Random people do random things to a few cases, in whatever order: after each move every promise still holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.assigning.endings import close_what_is_over, wake_what_waited
from router.moves.answered_in import answered_in
from router.moves.base import find_case
from router.moves.called import called
from router.moves.collaborate import add_collaborator, remove_collaborator
from router.moves.merge import merge, unmerge
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.reopen import reopen
from router.moves.reply import Answer, withdraw_reply, write_reply
from router.moves.resolve import mark_spam, resolve
from router.moves.split import split
from router.moves.transfer import transfer
from router.moves.wait import WaitFor, wait
from router.replies.answered import note_reply_failed
from tests.router.chat_house import ChatHouse, chat, letter
from tests.router.moving import acting, do, go_out, is_sound
from ventanilla.states import may_become
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import agents, conversations, events, messages, outbox
from ventanilla.words import OWNED_STATES, CallOutcome, CaseState, DeliveryState, EventKind, OutboxKind, Resolution

PEOPLE = ("ana", "luis", "marta")
MOVES = 70


class Life:
    """One house and one source of chance."""

    def __init__(self, house: ChatHouse, seed: int) -> None:
        self.house, self.chance = house, random.Random(seed)
        self.customers = ("lucia@clientes.example", "leo@clientes.example")
        self.refused = 0

    def keys(self) -> list[str]:
        return [row.key for row in self.house.rows(conversations)]

    def key(self) -> str:
        return self.chance.choice(self.keys())

    def who(self, key: str) -> str:
        """Mostly the owner, sometimes anybody."""
        (case,) = self.house.rows(conversations, lambda t: t.c.key == key)
        return str(case.owner) if self.chance.random() < 0.8 else self.chance.choice(PEOPLE)

    def customer_writes(self) -> None:
        if self.chance.random() < 0.4:
            self.house.take("chat", chat(self.chance.choice(["¿Hola?", "gracias", "Otra cosa"])))
            return
        known = self.house.rows(messages, lambda t: t.c.medium == "email")
        answers = (self.chance.choice(known).external_id,) if known and self.chance.random() < 0.6 else ()
        text = self.chance.choice(["¿Cuándo llega?", "muchas gracias", "No funciona"])
        self.house.take("soporte", letter(text, sender=self.chance.choice(self.customers), in_reply_to=answers))

    def somebody_answers(self) -> None:
        key = self.key()
        with acting(self.house, self.who(key)) as move:
            then = self.chance.choice(["", "resolve"])
            write_reply(move, find_case(move, key), Answer(text="Sale hoy.", then=then), anyway=True)

    def an_answer_goes_out(self) -> None:
        letters = self.house.rows(outbox, lambda t: (t.c.kind == OutboxKind.REPLY) & (t.c.state == "pending"))
        if letters:
            go_out(self.house, self.chance.choice(letters).id)

    def an_answer_is_withdrawn(self) -> None:
        letters = self.house.rows(outbox, lambda t: (t.c.kind == OutboxKind.REPLY) & (t.c.state == "pending"))
        if letters:
            row = self.chance.choice(letters)
            do(self.house, withdraw_reply, row.id, as_=row.agent)

    def an_answer_bounces(self) -> None:
        letters = self.house.rows(outbox, lambda t: (t.c.kind == OutboxKind.REPLY) & (t.c.state == "sent"))
        if not letters:
            return
        row = self.chance.choice(letters)
        journal = Journal(now=self.house.now, actor="deliverer")
        with self.house.store.write() as connection:
            failed = sa.update(outbox).where(outbox.c.id == row.id).values(state=DeliveryState.FAILED, reason="no")
            changed = connection.execute(failed.returning(outbox)).one()
            note_reply_failed(connection, self.house.router.house, changed, journal)
            journal.flush(connection)

    def somebody_moves(self) -> None:
        key, other, pick = self.key(), self.key(), self.chance.choice
        inbound = [row.id for row in self.house.rows(messages, lambda t: t.c.direction == "in")]
        moves: list[Callable[[], object]] = [
            lambda: self._do(key, resolve, key, resolution=pick(list(Resolution)), text=pick(["", "porque sí"])),
            lambda: self._do(key, reopen, key),
            lambda: self._do(key, mark_spam, key),
            lambda: self._do(key, wait, key, on=pick(list(WaitFor)), until=self.house.now + timedelta(hours=2)),
            lambda: self._do(key, add_note, key, "@luis mira"),
            lambda: self._do(key, called, key, pick(list(CallOutcome))),
            lambda: self._do(key, merge, key, other, customers_differ=True),
            lambda: self._do(key, unmerge, key),
            lambda: self._do(key, split, key, pick(inbound), and_after=pick([True, False])),
            lambda: self._do(key, answered_in, key, other),
            lambda: self._do(key, add_collaborator, key, pick(PEOPLE)),
            lambda: self._do(key, remove_collaborator, key, pick(PEOPLE)),
            lambda: self._do(key, transfer, key, pick(PEOPLE)),
        ]
        pick(moves)()

    def _do(self, key: str, what: Callable[..., object], *arguments: object, **named: object) -> None:
        do(self.house, what, *arguments, as_=self.who(key), **named)

    def time_goes_by(self) -> None:
        self.house.later(minutes=self.chance.choice([1, 30, 600, 20 * 24 * 60]))
        journal = Journal(now=self.house.now, actor="sweeper")
        close_what_is_over(self.house.store, self.house.router.house, journal)
        wake_what_waited(self.house.store, self.house.router.house, journal)

    def step(self) -> None:
        actions = [self.customer_writes, self.somebody_answers, self.an_answer_goes_out, self.an_answer_is_withdrawn]
        actions += [self.an_answer_bounces, self.time_goes_by, *[self.somebody_moves] * 7]
        try:
            self.chance.choice(actions)()
        except Refused:
            self.refused += 1
        self.house.later(seconds=7)


def turns_by_events(house: ChatHouse) -> dict[int, datetime | None]:
    """Since when each case's customer waits, told by its events alone."""
    open_since: dict[int, datetime | None] = {row.id: None for row in house.rows(conversations)}
    for event in house.rows(events):
        if event.kind == EventKind.TURN_OPENED:
            open_since[event.conversation_id] = event.at
        elif event.kind == EventKind.TURN_CLOSED and event.data["since"] == _iso(open_since[event.conversation_id]):
            open_since[event.conversation_id] = None
    return open_since


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def holds(house: ChatHouse) -> None:
    """What is true of every case at any moment."""
    assert is_sound(house)
    cases = house.rows(conversations)
    told = turns_by_events(house)
    loads = {row.name: row.load for row in house.rows(agents)}
    for name, load in loads.items():
        assert load == sum(case.owner == name and case.waiting_since is not None for case in cases)
    for case in cases:
        assert (case.owned == 1) == (case.state in OWNED_STATES)
        assert told[case.id] == case.waiting_since, (case.key, case.state)
        assert (case.waiting_since is None) or case.state in (CaseState.OPEN, CaseState.WAITING_THIRD_PARTY)
        assert case.merged_into is None or next(one for one in cases if one.id == case.merged_into).merged_into is None
    states: dict[int, str] = {}
    for event in house.rows(events, lambda t: t.c.kind == EventKind.CASE_STATE):
        before, after = event.data["from"], event.data["to"]
        assert states.get(event.conversation_id, before) == before, event.data
        assert may_become(before, after), event.data
        states[event.conversation_id] = after
    assert all(states.get(case.id, case.state) == case.state for case in cases)


@pytest.mark.parametrize("seed", [217, 308])  # each found a mistake once
def test_whatever_people_do_no_promise_is_broken(store: Store, tmp_path: Path, seed: int) -> None:
    life = Life(ChatHouse(store, tmp_path, {"marta": 'role = "supervisor"'}), seed)
    life.house.take("chat", chat("Hola"))
    for number in range(3):
        life.house.take("soporte", letter(f"Carta {number}", sender=life.customers[number % 2]))

    for number in range(MOVES):
        life.step()
        if number % 5 == 0:
            holds(life.house)
    holds(life.house)

    assert life.refused < MOVES
