"""`notify-test`: every way is really tried, and what became of each is said."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.assembly import Service
from cli.staffing import deliverer
from config.load import load_config
from daemon.lock import DataLock
from tests.cli.conftest import Ask, Read
from tests.cli.staff_town import StaffTown, staff_town
from tests.cli.town import Town, build_town
from ventanilla.logs import set_up_logs
from ventanilla.store.engine import Store
from ventanilla.store.tables import agents, outbox


@pytest.fixture
def staff(sqlite_store: Store, tmp_path: Path) -> Iterator[StaffTown]:
    with staff_town(sqlite_store, tmp_path) as town:
        yield town


def outcome(told: dict[str, object]) -> dict[str, bool]:
    return {way["method"]: way["handed_over"] for way in told["ways"]}  # type: ignore[attr-defined]


def test_without_a_service_it_sends_by_every_way_itself(staff: StaffTown, ask: Ask) -> None:
    staff.link("ana", 1001)

    told = ask(staff.town, "notify-test", "ana")

    assert (told["sent_by"], outcome(told)) == ("command", {"telegram": True, "email": True})
    (message,) = staff.api.bot.called("sendMessage")
    assert "Aviso de prueba de Ferretería Sol" in message["text"]
    assert len(staff.smtp.taken) == 1


def test_what_is_lacking_is_named_with_its_cure_and_one_way_is_enough(staff: StaffTown, read: Read) -> None:
    said = read(staff.town, "notify-test", "ana")

    assert "BAD telegram: not linked\n    cure: ventanilla invite ana" in said
    assert "ok  email, ana@example.com: handed over" in said


def test_none_that_worked_is_an_exit_code_of_its_own(staff: StaffTown, ask: Ask) -> None:
    staff.link("ana", 1001)
    staff.api.bot.blocked.add(1001)
    staff.smtp.answers["RCPT"] = "550 5.1.1 no such user"

    told = ask(staff.town, "notify-test", "ana", code=3)

    assert outcome(told) == {"telegram": False, "email": False}
    assert "blocked" in told["ways"][0]["reason"]
    assert "5.1.1" in told["ways"][1]["reason"]
    with staff.town.store.read() as connection:
        assert connection.scalar(sa.select(agents.c.telegram_refused_at).where(agents.c.name == "ana")) is not None


def test_an_account_that_takes_notices_again_is_reachable_again(staff: StaffTown, ask: Ask) -> None:
    staff.link("ana", 1001)
    with staff.town.store.write() as connection:
        connection.execute(
            sa.update(agents).where(agents.c.name == "ana").values(telegram_refused_at=datetime.now(UTC))
        )

    assert outcome(ask(staff.town, "notify-test", "ana"))["telegram"]

    assert {one["name"]: one["telegram"] for one in ask(staff.town, "agents")}["ana"] == "linked"


def test_a_running_service_sends_it_and_the_command_waits_for_that(staff: StaffTown, ask: Ask, tmp_path: Path) -> None:
    staff.link("ana", 1001)
    stop = threading.Event()
    service = Service(loaded=load_config(staff.town.config), store=staff.town.store, house=staff.town.house)
    thread = threading.Thread(target=deliverer(service, stop).run)
    set_up_logs()  # the thread below speaks before the command has said where to
    with DataLock(tmp_path):
        thread.start()
        try:
            told = ask(staff.town, "notify-test", "ana")
        finally:
            stop.set()
            thread.join(timeout=20)

    assert (told["sent_by"], outcome(told)) == ("service", {"telegram": True, "email": True})


def test_a_test_that_nobody_sends_in_time_never_arrives_later(
    staff: StaffTown, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cli.notify_test.PATIENCE", 0.3)
    with DataLock(tmp_path):
        told = ask(staff.town, "notify-test", "luis", code=3)

    assert "does `deliver` run?" in told["ways"][1]["reason"]
    with staff.town.store.read() as connection:
        assert set(connection.scalars(sa.select(outbox.c.state))) == {"dropped"}


def test_a_channel_that_only_observes_carries_no_test_either(sqlite_store: Store, tmp_path: Path, ask: Ask) -> None:
    town: Town = build_town(sqlite_store, tmp_path, mode="observe")

    told = ask(town, "notify-test", "ana", code=3)

    assert told["ways"][1]["reason"] == "channel soporte only observes"
