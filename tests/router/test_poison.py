"""A mail that kills the process that reads it: set aside with its bytes, everything else goes on, and it can be replayed."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from router.service import route_items
from tests.faults.audited import audited
from tests.router.deadly import POISON
from tests.router.house_for_tests import House, mail
from ventanilla.store.engine import Store
from ventanilla.store.inbox import overdue, reopen_row
from ventanilla.store.tables import conversations, inbox, outbox
from ventanilla.words import InboxState, OutboxKind


@pytest.fixture
def house(sqlite_store: Store, tmp_path: Path) -> House:
    """Its store stands where its file says, because other processes open it."""
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "ventanilla.db").symlink_to(tmp_path / "ventanilla.db")
    return House(sqlite_store, tmp_path)


def route_in_a_process(house: House, *batches: list[int]) -> int:
    """Route these batches in one process; its exit code, negative for the signal that it died of."""
    ids = [",".join(map(str, batch)) for batch in batches]
    command = [sys.executable, "-m", "tests.router.deadly", str(house.folder / "ventanilla.toml"), *ids]
    return subprocess.run(command, check=False, capture_output=True, timeout=60).returncode


def states(house: House) -> dict[int, str]:
    return {row.id: row.state for row in house.rows(inbox)}


@pytest.mark.fault(17)
def test_a_mail_that_kills_its_reader_is_set_aside_and_everything_beside_it_goes_on(house: House) -> None:
    # given a batch of ten with one that kills, from ten customers
    bodies = [POISON.decode() if number == 3 else f"Pregunta {number}" for number in range(10)]
    mails = [mail(sender=f"c{n}@clientes.example", text=text) for n, text in enumerate(bodies)]
    ids = [house.commit(raw) for raw in mails]
    poison = ids[3]

    # when the queue hands out the batch, and then the sweeper what is overdue, one by one, until nothing is left
    assert route_in_a_process(house, ids) == -signal.SIGSEGV
    assert set(states(house).values()) == {InboxState.PENDING}
    deaths = 1
    while left := overdue(house.store, now=house.later(minutes=1)):
        deaths += route_in_a_process(house, *[[one] for one in left]) == -signal.SIGSEGV
        assert deaths < 5

    # then two processes died of it, it is set aside whole, the others are cases, and a person has been told
    assert deaths == 2
    assert states(house) == {one: InboxState.QUARANTINED if one == poison else InboxState.ROUTED for one in ids}
    row = next(one for one in house.rows(inbox) if one.id == poison)
    assert bytes(row.raw) == mails[3]
    assert "its reader died" in row.reason
    assert len(house.rows(conversations)) == 9
    (alert,) = house.rows(outbox, lambda table: table.c.kind == OutboxKind.ALERT)
    assert alert.agent == "marta"
    assert str(poison) in alert.payload["text"]
    assert_sound(house)


@pytest.mark.fault(17)
def test_what_was_set_aside_is_routed_by_a_replay_once_the_reader_is_mended(house: House) -> None:
    poison = house.commit(mail(text=POISON.decode()))
    for _ in range(3):
        route_in_a_process(house, [poison])
    assert states(house) == {poison: InboxState.QUARANTINED}

    with house.store.write() as connection:
        assert reopen_row(connection, poison, states=(InboxState.QUARANTINED,), released_by=None)
    outcome: Any = route_items(house.router, [poison])

    assert outcome == {poison: InboxState.ROUTED}
    assert len(house.rows(conversations)) == 1
    assert_sound(house)


@pytest.mark.fault(3)
def test_a_bystander_whose_process_was_killed_twice_is_tried_alone_and_routed(house: House) -> None:
    innocent = house.commit(mail())
    with house.store.write() as connection:
        connection.execute(sa.update(inbox).values(attempts=7))

    assert route_in_a_process(house, [innocent]) == 0

    assert states(house) == {innocent: InboxState.ROUTED}


def assert_sound(house: House) -> None:
    assert audited(house.store, now=house.now)
