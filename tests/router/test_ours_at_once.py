"""Answers of mail clients and customers' further mails, routed by many at once: each counts once and nobody waits for ever."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from router.service import route_items
from tests.router.house_for_tests import House, mail
from tests.router.sent_mail import sent, sound
from ventanilla.channel import OUTBOUND
from ventanilla.store.engine import Store
from ventanilla.store.inbox import overdue
from ventanilla.store.tables import conversations, inbox, messages

CUSTOMERS, AT_ONCE = 12, 4


def test_answers_and_further_questions_routed_at_once_are_each_counted_once(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path)
    for number in range(CUSTOMERS):
        house.receive(mail(sender=f"c{number}@clientes.example", message_id=f"<q{number}@c.example>"))
    written = house.later(minutes=5)
    ids = []
    for number in range(CUSTOMERS):
        more = {"In-Reply-To": f"<q{number}@c.example>"}
        further = mail(sender=f"c{number}@clientes.example", message_id=f"<f{number}@c.example>", headers=more)
        answer = sent(
            to=f"c{number}@clientes.example",
            at=written,
            answers=f"<q{number}@c.example>",
            message_id=f"<a{number}@e.c>",
        )
        ids += [house.commit(further, received=written), house.commit(answer, note=OUTBOUND)]
    house.later(seconds=30)
    random.Random(4).shuffle(ids)
    batches = [ids[start : start + 3] for start in range(0, len(ids), 3)]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda batch: route_items(house.router, batch), [*batches, *batches]))
    house.later(minutes=1)
    route_items(house.router, overdue(store, now=house.now))

    assert {row.state for row in house.rows(inbox)} == {"routed"}
    assert len(house.rows(conversations)) == CUSTOMERS
    answers = [row for row in house.rows(messages) if row.direction == "out"]
    assert len(answers) == CUSTOMERS
    assert all(row.replied_at == written and row.turn_since for row in answers)
    sound(house)
