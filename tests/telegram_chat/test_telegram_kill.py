"""kill -9 of the process that pulls, again and again: what Telegram was told to forget is in the store, once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.servers.ports import wait_until
from tests.servers.telegram_api import TelegramApi
from tests.servers.telegram_updates import written
from ventanilla.store import tables as t
from ventanilla.store.engine import Store

ROOT = Path(__file__).parents[2]


def puller(store: Store, server: TelegramApi) -> subprocess.Popen[bytes]:
    address = store.engine.url.render_as_string(hide_password=False)
    argv = [sys.executable, "-m", "tests.telegram_chat.puller_process", address, str(store.blobs), server.url]
    return subprocess.Popen(argv, cwd=ROOT, env={**os.environ, "BOT": server.token})


def numbers(store: Store) -> list[int]:
    """The update numbers in the ledger."""
    with store.read() as connection:
        return [json.loads(raw)["update_id"] for raw in connection.scalars(sa.select(t.inbox.c.raw))]


@pytest.mark.fault(1, 2)
def test_300_updates_survive_two_kills_each_once(server: TelegramApi, sqlite_store: Store) -> None:
    with sqlite_store.write() as connection:
        values = {"name": "chat", "kind": "telegram", "mode": "observe", "since": datetime.now(UTC)}
        connection.execute(sa.insert(t.channels).values(values))
        connection.execute(sa.update(t.channels).values(enabled=True))
    ended = threading.Event()

    def customers() -> None:
        for number in range(300):
            server.bot.put(written(number + 1, f"message {number}"))
            ended.wait(0.003)

    crowd = threading.Thread(target=customers)
    crowd.start()

    # when it is killed twice in the middle
    for so_many in (70, 170):
        process = puller(sqlite_store, server)
        try:
            wait_until(lambda so_many=so_many: len(numbers(sqlite_store)) >= so_many, what=f"{so_many} updates")  # type: ignore[misc]
        finally:
            process.kill()
            process.wait()
        # then whatever is confirmed is committed
        assert set(server.bot.confirmed) <= set(numbers(sqlite_store))
        with sqlite_store.write() as connection:  # another machine would wait for the lease to lapse
            connection.execute(sa.delete(t.leases))

    # and the next one brings the rest, each once
    process = puller(sqlite_store, server)
    try:
        wait_until(lambda: len(numbers(sqlite_store)) >= 300, what="all of them")
    finally:
        ended.set()
        process.kill()
        process.wait()
    crowd.join()
    assert len(numbers(sqlite_store)) == len(set(numbers(sqlite_store))) == 300
