"""Two bookkeepers at once, and one that is killed in the middle: nothing is doubled, and whoever comes next goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.timekeeping.keeper import catch_up
from tests.router.chat_house import ChatHouse, letter
from tests.router.moving import is_sound
from tests.servers.ports import wait_until
from tests.store.at_once import at_once
from ventanilla.store.engine import Store
from ventanilla.store.tables import clocks, events, seals
from ventanilla.words import EventKind

CASES = 40
KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path

import router.timekeeping.keeper as keeper
from config.load import load_config
from router.house import open_house
from ventanilla.store.engine import open_store

url, blobs, file, mark = sys.argv[1:]
store = open_store(url, Path(blobs))
config = load_config(Path(file)).config
with store.write() as connection:
    house = open_house(connection, config, now=datetime.now(UTC))
keep = keeper.keep

def keep_and_hang(*arguments, **named):
    left = keep(*arguments, **named)
    Path(mark).write_text("written, not committed")
    import time
    time.sleep(60)
    return left

keeper.keep = keep_and_hang
keeper.catch_up(store, house, now=datetime.now(UTC))
"""


@pytest.fixture
def house(store: Store, tmp_path: Path) -> ChatHouse:
    made = ChatHouse(store, tmp_path)
    for number in range(CASES):
        made.take("soporte", letter(f"Carta {number}", sender=f"c{number}@clientes.example"))
    return made


def is_kept_once(house: ChatHouse) -> None:
    noted = Counter(
        (row.conversation_id, row.data["metric"], row.data["number"])
        for row in house.rows(events, lambda t: t.c.kind == EventKind.DUE_SET)
    )
    assert noted
    assert set(noted.values()) == {1}
    first = house.rows(clocks, lambda t: t.c.metric == "first_response")
    assert len(first) == CASES
    with house.store.read() as connection:
        sealed = connection.scalar(sa.select(sa.func.count()).select_from(seals))
        logged = connection.scalar(sa.select(sa.func.count()).select_from(events))
    assert sealed == logged
    assert is_sound(house)


def test_two_bookkeepers_at_once_double_nothing(house: ChatHouse) -> None:
    def keep() -> None:
        for _ in range(5):
            catch_up(house.store, house.router.house, now=house.now, limit=50)

    at_once([keep, keep])
    catch_up(house.store, house.router.house, now=house.now)

    is_kept_once(house)


def test_one_that_is_killed_in_the_middle_leaves_nothing_half_done(house: ChatHouse, tmp_path: Path) -> None:
    # given a bookkeeper of another process that has written and not committed
    mark, url = tmp_path / "mark", house.store.engine.url.render_as_string(hide_password=False)
    file = tmp_path / "ventanilla.toml"
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", KILLED, url, str(house.store.blobs), str(file), str(mark)]
    process = subprocess.Popen(command, cwd=root, env=os.environ | {"PYTHONPATH": str(root)})
    try:
        wait_until(mark.is_file, what="the other bookkeeper to have written")
        assert house.rows(clocks) == []

        # when it is killed
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()

    # then the next one does its work
    catch_up(house.store, house.router.house, now=house.now)
    catch_up(house.store, house.router.house, now=house.now)
    is_kept_once(house)
