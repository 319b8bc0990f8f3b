"""Machines that answer each other: set aside, never answered, told to a person once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import InboxState, OutboxKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return House(sqlite_store, tmp_path)


def alerts(house: House) -> list[str]:
    return [row.payload["text"] for row in house.rows(outbox, lambda t: t.c.kind == OutboxKind.ALERT)]


def receipts(house: House) -> int:
    return len(house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT))


@pytest.mark.fault(16)
def test_our_own_automatic_mail_that_comes_back_is_told_once_a_day(house: House) -> None:
    headers = {"X-Ventanilla-Loop": house.router.house.installation.instance}
    for _ in range(3):
        assert house.receive(mail(sender="Marta <marta@example.com>", headers=headers)) is InboxState.SCREENED
        house.later(minutes=1)

    assert (len(alerts(house)), receipts(house), house.rows(conversations)) == (1, 0, [])
    assert "de vuelta" in alerts(house)[0]
    house.later(days=1)
    house.receive(mail(headers=headers))
    assert len(alerts(house)) == 2


@pytest.mark.fault(16)
def test_a_responder_that_hides_what_it_is_gets_five_receipts_and_a_person_is_told(house: House) -> None:
    for number in range(12):
        house.receive(
            mail(sender="Robot <robot@otra.example>", subject=f"Recibido {number}", text="Lo hemos recibido.")
        )
        house.later(seconds=5)

    assert receipts(house) == 5
    (told,) = alerts(house)
    assert "robot@otra.example" in told


def test_a_customer_who_writes_much_within_the_hour_is_no_loop(house: House) -> None:
    for number in range(7):
        house.receive(mail(subject=f"Pregunta {number}"))
        house.later(minutes=4)

    assert (receipts(house), alerts(house)) == (5, [])


def test_one_automatic_answer_to_our_receipt_is_no_loop(house: House) -> None:
    house.receive(mail())
    (receipt,) = house.rows(outbox, lambda t: t.c.kind == OutboxKind.ACKNOWLEDGEMENT)
    away = {"Auto-Submitted": "auto-replied", "In-Reply-To": receipt.message_id}

    assert house.receive(mail(subject="Fuera de la oficina", headers=away)) is InboxState.SCREENED
    assert (receipts(house), alerts(house)) == (1, [])


def test_everything_that_no_person_wrote_says_so(house: House) -> None:
    house.receive(mail())
    for row in house.rows(outbox):
        headers = row.payload["headers"]
        assert headers["Auto-Submitted"] in ("auto-generated", "auto-replied"), row.kind
        assert headers["X-Ventanilla-Loop"] == house.router.house.installation.instance
