"""The page of outbound webhooks: who comes there, what it shows, what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from router.webhooks_out.writing import write_webhooks
from tests.desk.site_house import SiteHouse, site_house, text_of, visiting
from ventanilla.store.engine import Store
from ventanilla.store.tables import events, outbox, webhook_events
from ventanilla.words import DeliveryState, OutboxKind

CRM = """
[webhooks.crm]
url = "https://crm.example/hooks?key=secreto"
secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
"""


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> SiteHouse:
    house = site_house(sqlite_store, tmp_path, more=CRM)
    sweep(house)
    return house


def sweep(house: SiteHouse) -> None:
    catch_up(house.house.store, house.desk.house, now=house.house.now)
    write_webhooks(house.house.store, house.desk.house, now=house.house.now)


def letters(house: SiteHouse) -> list[sa.Row[tuple[object, ...]]]:
    return house.house.rows(outbox, lambda table: table.c.kind == OutboxKind.WEBHOOK)


def test_only_an_admin_comes_here(house: SiteHouse) -> None:
    for agent, wanted in (("ana", 403), ("marta", 403), ("olga", 403), ("iris", 200)):
        with visiting(house, agent) as browser:
            assert browser.get("/house/webhooks").status_code == wanted
            assert browser.get("/house/webhooks/crm").status_code == wanted
            if wanted == 403:
                assert browser.submit("/house/webhooks/crm/pause").status_code == 403


def test_it_shows_each_endpoint_and_its_calls_without_its_key(house: SiteHouse) -> None:
    house.receive()
    sweep(house)
    with visiting(house, "iris") as browser:
        overview, one = browser.get("/house/webhooks").text, browser.get("/house/webhooks/crm").text
        nothing = browser.get("/house/webhooks/otro").status_code

    assert "2 esperan" in text_of(overview)
    assert "https://crm.example/hooks?…" in overview
    assert "secreto" not in overview + one
    assert "whsec" not in overview + one
    assert "case.created" in text_of(one)
    assert nothing == 404


def test_an_endpoint_is_paused_and_resumed_and_the_log_says_by_whom(house: SiteHouse) -> None:
    house.receive()
    sweep(house)
    with visiting(house, "iris") as browser:
        browser.submit("/house/webhooks/crm/pause")
        paused = text_of(browser.get("/house/webhooks/crm").text)
        held = {row.state for row in letters(house)}
        house.receive(sender="Otra <otra@clientes.example>")
        sweep(house)
        meanwhile = len(letters(house))
        browser.submit("/house/webhooks/crm/resume")
        sweep(house)

    assert "Alguien lo pausó" in paused
    assert held == {DeliveryState.HELD}
    assert meanwhile == 2
    assert [row.state for row in letters(house)] == ["pending"] * 4
    log = house.house.rows(events, lambda table: table.c.kind.like("webhook%"))
    assert [(row.kind, row.actor) for row in log] == [("webhook_paused", "iris"), ("webhook_resumed", "iris")]


def test_a_call_is_sent_again_and_a_trial_goes_out(house: SiteHouse) -> None:
    house.receive()
    sweep(house)
    number = letters(house)[0].id
    with house.house.store.write() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == number).values(state="failed", attempts=40))
    with visiting(house, "iris") as browser:
        browser.submit(f"/house/webhooks/crm/calls/{number}/again")
        browser.submit("/house/webhooks/crm/test")
        other = next(row.id for row in house.house.rows(outbox) if row.kind != OutboxKind.WEBHOOK)
        refused = browser.submit(f"/house/webhooks/crm/calls/{other}/again").status_code

    assert (letters(house)[0].state, letters(house)[0].attempts) == ("pending", 0)
    assert letters(house)[-1].payload == {"event": None}
    assert refused == 404


def test_a_house_without_endpoints_says_how_to_have_one(sqlite_store: Store, tmp_path: Path) -> None:
    house = site_house(sqlite_store, tmp_path)
    with visiting(house, "iris") as browser:
        assert "Nadie recibe avisos" in browser.get("/house/webhooks").text
    assert house.house.rows(webhook_events) == []
