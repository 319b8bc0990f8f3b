"""Everything that moves cases, at once and in many threads: each case keeps exactly one owner, and loads stay exact."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from router.assigning.lapses import lapse_acceptances
from router.assigning.leavers import hand_over_leavers
from router.assigning.line import drain_line, move_on_from_absent
from router.assigning.presence import keep_presence
from router.moves.accept import accept
from router.moves.base import begin
from router.moves.decline import decline
from router.moves.note import add_note
from router.moves.refusals import Refused
from router.moves.resolve import resolve
from router.moves.restrict import restrict, unrestrict
from router.moves.transfer import transfer
from router.service import route_items
from tests.faults.audited import audited
from tests.router.house_for_tests import House, mail
from ventanilla.errors import Conflict, Temporary
from ventanilla.store.agents import add_absence, end_absences
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import overdue
from ventanilla.store.tables import conversations, events
from ventanilla.words import EventKind, Resolution, Side

AGENTS = ("ana", "luis", "marta", "olga", "pepe", "zoe")
MORE = """
[[rules]]
when = { subject = "(?i)factura" }
then = { team = "facturas" }

[teams.facturas]
members = ["zoe", "ana", "pepe"]
duty = ["olga"]
accept_within = "10m"

[agents.olga]
email = "olga@example.com"
notify = ["email"]

[agents.pepe]
email = "pepe@example.com"
capacity = 3
notify = ["email"]

[agents.zoe]
email = "zoe@example.com"
capacity = 3
notify = ["email"]
"""
MAILS, ROUNDS = 40, 8


class Shift:
    """A house in full swing. Each kind of work is one thread's; `troubles` counts what had to be tried again."""

    def __init__(self, house: House, seed: int) -> None:
        self.house, self.seed, self.troubles = house, seed, Counter[str]()

    def work(self, name: str, once: Callable[[random.Random], Any], rounds: int) -> None:
        luck = random.Random(f"{self.seed}:{name}")
        for _ in range(rounds):
            try:
                once(luck)
            except Temporary:  # the engine chose one of two that waited for each other: its work comes again
                self.troubles[name] += 1
            except (Refused, Conflict):
                pass

    def move(self, what: Callable[..., Any], luck: random.Random, *arguments: Any, **options: Any) -> None:
        open_ones = self.house.rows(conversations, lambda table: table.c.owned == 1)
        if not open_ones:
            return
        case = luck.choice(open_ones)
        agent = luck.choice((case.owner, "marta"))
        with self.house.store.write() as connection:
            made = begin(connection, self.house.router.house, agent, Side.COMMAND, now=self.house.now)
            what(made, case.key, *(one(luck) if callable(one) else one for one in arguments), **options)
            made.journal.flush(connection)

    def about_contact(self, luck: random.Random) -> None:
        open_ones = self.house.rows(conversations, lambda table: table.c.owned == 1)
        with self.house.store.write() as connection:
            made = begin(connection, self.house.router.house, "marta", Side.COMMAND, now=self.house.now)
            if open_ones:
                contact = luck.choice(open_ones).contact_id
                if luck.random() < 0.5:
                    restrict(made, contact, luck.choice(AGENTS), reason="Grita")
                else:
                    unrestrict(made, contact)
            made.journal.flush(connection)

    def sweep(self, luck: random.Random) -> None:
        self.house.later(minutes=luck.choice((0, 1, 6)))
        store, known = self.house.store, self.house.router.house
        for sweep in (drain_line, move_on_from_absent, lapse_acceptances, hand_over_leavers):
            sweep(store, known, Journal(now=self.house.now, actor="sweeper"))

    def come_and_go(self, luck: random.Random) -> None:
        agent = luck.choice(AGENTS)
        with self.house.store.write() as connection:
            if luck.random() < 0.5:
                cover = luck.choice([one for one in AGENTS if one != agent])
                now = self.house.now
                add_absence(connection, agent, starts_at=now, ends_at=None, cover=cover, now=now)
            else:
                end_absences(connection, agent, now=self.house.now)
        keep_presence(self.house.store, self.house.router.house, Journal(now=self.house.now, actor="sweeper"))

    def route(self, batches: list[list[int]]) -> None:
        for batch in batches:
            try:
                route_items(self.house.router, batch)
            except Temporary:
                self.troubles["route"] += 1


@pytest.mark.fault(13)
def test_everything_at_once_leaves_each_case_with_one_owner_and_loads_exact(store: Store, tmp_path: Path) -> None:
    settings = {"team": 'accept_within = "10m"', "marta": 'role = "supervisor"', "capacity": "3", "more": MORE}
    house = House(store, tmp_path, settings=settings)
    shift = Shift(house, seed=4)
    subjects = ("Pedido", "Una factura")
    rows = [
        house.commit(mail(sender=f"cliente{number % 17}@c.example", subject=subjects[number % 2]))
        for number in range(MAILS)
    ]
    route_items(house.router, rows[:15])
    batches = [rows[start : start + 5] for start in range(15, MAILS, 5)]

    def someone(luck: random.Random) -> str:
        return luck.choice(AGENTS)

    def without_reply(luck: random.Random) -> None:
        shift.move(resolve, luck, resolution=Resolution.NO_REPLY_NEEDED)

    with ThreadPoolExecutor(10) as pool:
        jobs = [
            pool.submit(shift.route, batches[::2]),
            pool.submit(shift.route, batches[1::2]),
            pool.submit(shift.work, "transfer", lambda luck: shift.move(transfer, luck, someone), ROUNDS),
            pool.submit(shift.work, "accept", lambda luck: shift.move(accept, luck), ROUNDS),
            pool.submit(shift.work, "decline", lambda luck: shift.move(decline, luck, reason="No es mío"), ROUNDS),
            pool.submit(shift.work, "note", lambda luck: shift.move(add_note, luck, "Ojo"), ROUNDS),
            pool.submit(shift.work, "resolve", without_reply, ROUNDS),
            pool.submit(shift.work, "restrict", shift.about_contact, ROUNDS // 2),
            pool.submit(shift.work, "sweep", shift.sweep, ROUNDS),
            pool.submit(shift.work, "presence", shift.come_and_go, ROUNDS),
        ]
        for job in jobs:
            job.result()
    for _ in range(3):  # as the sweeper would bring back what met another's lock
        waiting = overdue(store, now=house.later(minutes=1))
        route_items(house.router, waiting)

    assert audited(store, now=house.now)
    assert sum(shift.troubles.values()) <= 2, shift.troubles  # none, but for what PostgreSQL locks by itself
    happened = Counter(event.kind for event in house.rows(events))
    for kind in (EventKind.DECLINED, EventKind.ACCEPTANCE_LAPSED, EventKind.ACCEPTED, EventKind.LINE_ENTERED):
        assert happened[kind], f"nothing was {kind}"
