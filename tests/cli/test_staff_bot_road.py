"""From a pressed Start to the answer on the phone, by the parts that the service runs: puller, ledger, router, deliverer."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.assembly import Service, service_now
from cli.staffing import deliverer, offer_menu, staff_pullers
from config.load import load_config
from router.service import Router, route_items
from tests.cli.conftest import Ask
from tests.cli.staff_town import StaffTown, staff_town
from tests.servers.ports import wait_until
from ventanilla.store.channels import channel_row
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, checkpoints, inbox
from worker import build_readers

ANA = 1001


@pytest.fixture
def staff(sqlite_store: Store, tmp_path: Path) -> Iterator[StaffTown]:
    with staff_town(sqlite_store, tmp_path) as town:
        yield town


@contextmanager
def running(staff: StaffTown) -> Iterator[Service]:
    """Puller and deliverer, each in its thread; what is pulled is routed at once."""
    loaded = load_config(staff.town.config)
    service = Service(loaded=loaded, store=staff.town.store, house=staff.town.house)
    readers = build_readers(loaded.config, service.house)
    router = Router(store=service.store, house=service.house, readers=readers, clock=service_now)

    def route(ids: Sequence[int]) -> None:
        route_items(router, ids)

    (puller,) = staff_pullers(service, route)
    sending = deliverer(service, threading.Event())
    threads = [threading.Thread(target=puller.run), threading.Thread(target=sending.run)]
    for thread in threads:
        thread.start()
    try:
        yield service
    finally:
        puller.interrupt()
        sending.stop.set()
        for thread in threads:
            thread.join(timeout=20)


def writes(staff: StaffTown, text: str) -> None:
    """Ana writes to the bot."""
    staff.api.bot.chats.add(ANA)
    sender = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    chat = {"id": ANA, "type": "private"}
    message = {
        "message_id": staff.api.bot.new_number(),
        "date": 1_790_000_000,
        "chat": chat,
        "from": sender,
        "text": text,
    }
    staff.api.bot.put({"message": message})


def said(staff: StaffTown) -> list[str]:
    return [str(fields["text"]) for fields in staff.api.bot.called("sendMessage")]


def test_an_invitation_opened_on_the_phone_is_answered_there_and_commands_are_too(staff: StaffTown, ask: Ask) -> None:
    link = ask(staff.town, "invite", "ana")["link"]

    with running(staff):
        writes(staff, f"/start {link.partition('start=')[2]}")
        wait_until(lambda: len(said(staff)) == 1, seconds=15)
        writes(staff, "/pausa")
        wait_until(lambda: len(said(staff)) == 2, seconds=15)

    assert said(staff)[0].startswith("Hola, Ana. Listo")
    assert "/disponible" in said(staff)[1]
    with staff.town.store.read() as connection:
        assert connection.scalar(sa.select(agents.c.telegram).where(agents.c.name == "ana")) == str(ANA)
        assert set(connection.execute(sa.select(inbox.c.channel, inbox.c.state))) == {("staff", "routed")}
        assert set(connection.scalars(sa.select(checkpoints.c.source))) == {f"telegram:{staff.api.bot.id}"}
    assert ask(staff.town, "audit") == dict.fromkeys(ask(staff.town, "audit"), 0)
    assert {one["name"]: one["presence"] for one in ask(staff.town, "agents")}["ana"] == "away"


def test_a_revoked_token_stands_in_status_with_its_cure(staff: StaffTown, ask: Ask) -> None:
    staff.api.bot.token = f"{staff.api.bot.id}:AAnew"

    def paused() -> bool:
        with staff.town.store.read() as connection:
            row = channel_row(connection, "staff")
        return row is not None and row.paused_at is not None

    with running(staff):
        wait_until(paused, seconds=15)

    (channel,) = [one for one in ask(staff.town, "status")["channels"] if one["name"] == "staff"]
    assert channel["state"] == "paused"
    assert "@BotFather" in channel["cure"]


def test_the_menu_is_offered_in_every_language(staff: StaffTown) -> None:
    loaded = load_config(staff.town.config)
    offer_menu(Service(loaded=loaded, store=staff.town.store, house=staff.town.house))

    wait_until(lambda: len(staff.api.bot.called("setMyCommands")) == 6, seconds=15)
    menus = {
        fields.get("language_code"): [one["command"] for one in fields["commands"]]
        for fields in staff.api.bot.called("setMyCommands")
    }
    assert (
        menus[None]
        == menus["es"]
        == [
            "casos",
            "pendientes",
            "deshacer",
            "caso",
            "disponible",
            "pausa",
            "ayuda",
        ]
    )
    assert menus["en"] == ["cases", "unsent", "undo", "case", "available", "pause", "help"]
