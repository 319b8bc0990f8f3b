"""Two sweepers at once, as processes, one of them killed with -9 in the middle: each breach is recorded and told exactly once."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from router.promises.crowd import MOST_BY_ONE
from tests.promises.late import SUPERVISED, alerts, clock, events_of, opened, sweep
from tests.router.house_for_tests import House
from tests.servers.ports import wait_until
from ventanilla.store.engine import Store
from ventanilla.store.tables import events
from ventanilla.words import EventKind

ROOT = Path(__file__).parents[2]


@contextmanager
def sweeper(house: House) -> Iterator[subprocess.Popen[bytes]]:
    address = house.store.engine.url.render_as_string(hide_password=False)
    argv = [sys.executable, "-m", "tests.promises.sweeper_process", address, str(house.store.blobs)]
    process = subprocess.Popen([*argv, str(house.folder / "ventanilla.toml"), house.now.isoformat()], cwd=ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def recorded(house: House) -> int:
    query = sa.select(sa.func.count()).where(events.c.kind == EventKind.PROMISE_BREACHED)
    with house.store.read() as connection:
        return int(connection.scalar(query) or 0)


@pytest.mark.parametrize(
    ("engine", "count"),
    [("sqlite_store", 6), ("postgresql_store", MOST_BY_ONE + 2)],
    ids=["SQLite, one by one", "PostgreSQL, in a list"],
)
def test_two_sweepers_and_one_killed_in_the_middle_tell_each_breach_once(
    request: pytest.FixtureRequest, tmp_path: Path, engine: str, count: int
) -> None:
    # given a person's cases whose answers are late, so few that each is told by itself, or more
    store: Store = request.getfixturevalue(engine)
    house = House(store, tmp_path, settings={**SUPERVISED, "members": '"ana"', "capacity": "1000"})
    cases = [opened(house, number) for number in range(count)]
    for number, case in enumerate(cases):
        clock(house, case, due=house.now + timedelta(minutes=number))
    house.later(hours=5)

    # when two processes look at once, and one of them dies with some of it done
    with sweeper(house) as doomed, sweeper(house):
        wait_until(lambda: recorded(house) >= 2, what="the first breaches")
        doomed.kill()
        doomed.wait()
        wait_until(lambda: recorded(house) == count, what="the rest")

    # then each was recorded once, at its own moment, whoever looked and however often
    assert sweep(house) == 0
    due = [case.waiting_since + timedelta(minutes=number) for number, case in enumerate(cases)]
    assert sorted(at for _, at in events_of(house)) == due
    by_case = Counter(
        row.conversation_id for row in house.rows(events, lambda t: t.c.kind == EventKind.PROMISE_BREACHED)
    )
    assert set(by_case.values()) == {1}
    # and each person read of each once
    keys = [case.key for case in cases]
    for person in ("ana", "marta"):
        letters = [row.payload["body"] for row in alerts(house) if row.agent == person]
        lists = [text for text in letters if sum(key in text for key in keys) > 1]
        assert bool(lists) == (count > MOST_BY_ONE)
        assert Counter(key for text in letters for key in keys if key in text) == Counter(keys)
