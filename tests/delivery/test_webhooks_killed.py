"""kill -9 of the process that tells outbound webhooks, in the middle of a call: nothing is lost, a repeat says that it is one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.delivery.webhook_process import service_of
from tests.router.house_for_tests import House, mail
from tests.servers.hook_receiver import receiving
from tests.servers.ports import wait_until
from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind

ROOT = Path(__file__).parents[2]


def test_a_process_killed_between_the_call_and_its_record_loses_nothing(tmp_path: Path) -> None:
    with receiving() as receiver:
        endpoint = f'\n[webhooks.crm]\nurl = "{receiver.url}"\nsecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"\n'
        store = migrated(tmp_path)
        house = House(store, tmp_path, {"more": endpoint})
        service = service_of(tmp_path / "ventanilla.toml")
        victims: list[subprocess.Popen[bytes]] = [begun(tmp_path)]
        wait_until(lambda: known(service.store), what="the endpoint's beginning")

        def die_at_the_third(told: dict[str, Any]) -> int:
            if len(receiver.calls) == 3:
                victims[0].kill()
                victims[0].wait()
            return 200

        receiver.answer = die_at_the_third
        for number in range(3):
            house.receive(mail(sender=f"Cliente <c{number}@clientes.example>"))
        wait_until(lambda: victims[0].poll() is not None, what="the death")
        victims.append(begun(tmp_path))
        try:
            wait_until(lambda: all_taken(house), seconds=40, what="all of it")
        finally:
            victims[1].kill()
            victims[1].wait()

        ids = receiver.ids()
        assert len(set(ids)) == 6
        assert len(ids) == 7
        assert ids.count(ids[2]) == 2, "the one that was under way came twice, under one id"
        service.store.close()
        store.close()


def migrated(folder: Path) -> Store:
    from ventanilla.store.migrate import upgrade

    (folder / "var" / "blobs").mkdir(parents=True)
    store = open_store(f"sqlite:///{folder / 'var' / 'ventanilla.db'}", folder / "var" / "blobs")
    upgrade(store)
    return store


def begun(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.delivery.webhook_process", str(folder / "ventanilla.toml")]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)


def known(store: Store) -> bool:
    from ventanilla.store.webhook_events import endpoints

    with store.read() as connection:
        return "crm" in endpoints(connection)


def all_taken(house: House) -> bool:
    rows = house.rows(outbox, lambda table: table.c.kind == OutboxKind.WEBHOOK)
    return len(rows) == 6 and all(row.state == DeliveryState.SENT for row in rows)
