"""The morning digest: what somebody should know as their day begins, once, and nothing about nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest

from router.assigning.presence import keep_presence
from router.notices.digests import preview, send_morning_digests, send_opening_digests
from router.timekeeping.keeper import catch_up
from tests.router.house_for_tests import House, mail
from ventanilla.store.agents import add_absence
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.tables import conversations, outbox
from ventanilla.words import OutboxKind

MADRID_SHIFT = 'calendar = "madrid"'
TUESDAY_NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)  # in Madrid


def house_of(store: Store, folder: Path, **more: str) -> House:
    house = House(store, folder)
    settings = {"ana": MADRID_SHIFT, "luis": MADRID_SHIFT, "marta": MADRID_SHIFT, "members": '"ana"', **more}
    house.apply(channel="acknowledge = { enabled = false }", **settings)
    return house


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    return house_of(sqlite_store, tmp_path)


def at(house: House, moment: datetime) -> None:
    """It is then: shifts begin and end, and the books are up to date."""
    house.now = moment
    keep_presence(house.store, house.router.house, Journal(now=moment, actor="test"))
    catch_up(house.store, house.router.house, now=moment)


def sweep(house: House) -> None:
    send_opening_digests(house.store, house.router.house, now=house.now)
    send_morning_digests(house.store, house.router.house, now=house.now)


def told(house: House, agent: str = "ana") -> list[str]:
    rows = house.rows(outbox, lambda t: (t.c.kind == OutboxKind.DIGEST) & (t.c.agent == agent))
    return [f"{row.payload['subject']}\n{row.payload['body']}" for row in rows]


def key(house: House, number: int = -1) -> str:
    return str(house.rows(conversations)[number].key)


def arrives(house: House, **more: Any) -> str:
    house.receive(mail(**more))
    return key(house)


def test_what_is_due_today_comes_with_its_hour_at_opening_and_once(store: Store, tmp_path: Path) -> None:
    house = house_of(store, tmp_path)
    at(house, datetime(2026, 11, 23, 16, 45, tzinfo=UTC))  # 17:45: an hour of business ends at 09:45
    due = arrives(house)
    at(house, TUESDAY_NINE - timedelta(seconds=1))
    sweep(house)
    early = told(house)
    at(house, TUESDAY_NINE)
    for _ in range(3):
        sweep(house)
        at(house, house.now + timedelta(minutes=1))

    assert early == []
    (letter,) = told(house)
    assert letter.startswith("Ventanilla: Sus casos de hoy: 1\nBuenos días, Ana.")
    assert f"Vencen hoy:\n- {due}  09:45, primera respuesta · sin abrir · ¿Cuándo llega mi pedido?" in letter


def test_what_was_held_and_what_is_due_come_in_one_digest(house: House) -> None:
    at(house, datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    waited = arrives(house)
    at(house, TUESDAY_NINE)
    sweep(house)
    sweep(house)

    (letter,) = told(house, "marta")
    assert "Mientras no estaba de turno:" in letter
    assert f"- {waited}  10:00, primera respuesta" in letter
    assert letter.startswith("Ventanilla: Sus casos de hoy: 1\n")


def test_back_from_lunch_only_what_was_held_is_told(house: House) -> None:
    at(house, TUESDAY_NINE)
    sweep(house)
    at(house, TUESDAY_NINE + timedelta(hours=5, minutes=30))
    waited = arrives(house)
    at(house, TUESDAY_NINE + timedelta(hours=6))
    sweep(house)

    (letter,) = told(house, "marta")
    assert letter.startswith("Ventanilla: Casos que le esperan: 1\n")
    assert waited in letter


def test_a_broken_promise_that_is_still_open_stands_first(house: House) -> None:
    broken = arrives(house)
    at(house, TUESDAY_NINE)
    sweep(house)

    (letter,) = told(house)
    assert f"Prometidos y ya fuera de plazo:\n- {broken}  2026-11-23 11:00, primera respuesta" in letter


def test_nothing_is_sent_about_nothing_nor_about_what_comes_later(house: House) -> None:
    at(house, TUESDAY_NINE)
    sweep(house)
    at(house, TUESDAY_NINE + timedelta(minutes=5))
    arrives(house)
    at(house, TUESDAY_NINE + timedelta(hours=2))
    sweep(house)

    assert told(house) == []


def test_a_service_that_was_down_at_opening_tells_it_for_a_while(house: House) -> None:
    arrives(house)
    at(house, TUESDAY_NINE + timedelta(hours=3))
    sweep(house)
    assert len(told(house)) == 1

    at(house, TUESDAY_NINE + timedelta(days=1, hours=4, minutes=30))
    sweep(house)
    assert len(told(house)) == 1


def test_whoever_reads_the_houses_digests_is_told_what_nobody_covers(house: House) -> None:
    uncovered = arrives(house)
    with house.store.write() as connection:
        add_absence(
            connection, "ana", starts_at=TUESDAY_NINE - timedelta(hours=9), ends_at=None, cover=None, now=house.now
        )
    at(house, TUESDAY_NINE)
    sweep(house)

    (letter,) = told(house, "marta")
    assert f"De quien hoy no está, sin nadie en su lugar:\n- {uncovered}  ana · ¿Cuándo llega mi pedido?" in letter
    assert told(house) == []


def test_somebody_in_their_place_covers_it(house: House) -> None:
    arrives(house)
    with house.store.write() as connection:
        begins = TUESDAY_NINE - timedelta(hours=9)
        add_absence(connection, "ana", starts_at=begins, ends_at=None, cover="luis", now=house.now)
    at(house, TUESDAY_NINE)
    sweep(house)

    assert told(house, "marta") == []


def test_private_phones_get_keys_alone(sqlite_store: Store, tmp_path: Path) -> None:
    house = house_of(sqlite_store, tmp_path, staff='notice_body = "none"')
    arrives(house)
    at(house, TUESDAY_NINE)
    sweep(house)

    assert "pedido" not in told(house)[0]


def test_two_sweepers_tell_it_once(store: Store, tmp_path: Path) -> None:
    house = house_of(store, tmp_path)
    arrives(house)
    at(house, datetime(2026, 11, 23, 19, 0, tzinfo=UTC))
    arrives(house, sender="Pepe <pepe@clientes.example>")
    at(house, TUESDAY_NINE)
    together = Barrier(2)

    def run() -> None:
        together.wait(20)
        sweep(house)

    sweepers = [Thread(target=run) for _ in range(2)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join(60)

    assert len(told(house)) == 1


@pytest.mark.parametrize("language", ["es", "en", "ca", "gl", "eu"])
def test_the_preview_says_it_in_the_houses_language(sqlite_store: Store, tmp_path: Path, language: str) -> None:
    house = house_of(sqlite_store, tmp_path)
    house.receive(mail())
    catch_up(house.store, house.router.house, now=house.now)
    house.router.house.config.service.__dict__["language"] = language
    with house.store.read() as connection:
        found = preview(connection, house.router.house, "ana", now=house.now + timedelta(hours=3))

    assert found is not None
    assert key(house) in found[1]
    assert "{" not in found[0] + found[1]


def test_the_preview_of_nothing_is_nothing(house: House) -> None:
    with house.store.read() as connection:
        assert preview(connection, house.router.house, "ana", now=house.now) is None
