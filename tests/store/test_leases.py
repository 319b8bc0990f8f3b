"""Leases: one holder at a time; a take-over raises the token; what a dead process held is free at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest

from tests.store.at_once import at_once
from tests.store.rows import NOW
from ventanilla.errors import Conflict
from ventanilla.processes import is_dead, is_elsewhere, this_process
from ventanilla.store.engine import Store
from ventanilla.store.leases import acquire_lease, release_lease, require_lease

TTL = timedelta(seconds=30)
NAME = "pull imap.example.com soporte INBOX"
SECOND = timedelta(seconds=1)


def acquire(store: Store, holder: str, after: timedelta = timedelta(0)) -> int | None:
    return acquire_lease(store, NAME, holder=holder, ttl=TTL, now=NOW + after)


def test_a_lease_is_given_to_one_and_kept_by_renewing(store: Store) -> None:
    assert acquire(store, "one") == 1
    assert acquire(store, "two") is None
    assert acquire(store, "one", TTL - SECOND) == 1

    assert acquire(store, "two", TTL + SECOND) is None


@pytest.mark.fault(14)
def test_a_lapsed_lease_is_taken_over_with_a_higher_token(store: Store) -> None:
    acquire(store, "one")

    assert acquire(store, "two", TTL) == 2
    assert acquire(store, "one", TTL + SECOND) is None


def test_a_released_lease_is_free_at_once_and_its_token_rises(store: Store) -> None:
    acquire(store, "one")

    release_lease(store, NAME, holder="somebody else", now=NOW)
    assert acquire(store, "two") is None
    release_lease(store, NAME, holder="one", now=NOW)
    release_lease(store, NAME, holder="one", now=NOW)

    assert acquire(store, "two") == 2


@pytest.mark.fault(14)
def test_a_late_holder_is_told_who_took_over(store: Store) -> None:
    late = acquire(store, "one")
    acquire(store, "two", TTL)
    assert late is not None

    with pytest.raises(Conflict, match="taken over by two") as caught, store.write() as connection:
        require_lease(connection, NAME, late)

    assert caught.value.winner == "two"


def test_nobody_holds_what_was_never_leased(store: Store) -> None:
    with pytest.raises(Conflict, match="taken over by None"), store.write() as connection:
        require_lease(connection, NAME, 1)


def test_what_a_killed_process_held_is_taken_over_at_once(store: Store) -> None:
    code = (
        "from ventanilla.processes import this_process; print(this_process(), flush=True); import time; time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        holder = process.stdout.readline().strip()
        acquire(store, holder)
        assert acquire(store, this_process()) is None

        process.kill()

    assert acquire(store, this_process()) == 2


def test_a_process_of_another_machine_is_never_thought_dead() -> None:
    place, _, rest = this_process().partition("/")

    assert not is_dead(this_process())
    assert not is_dead(f"another-{place}/{rest}")
    assert is_dead(f"{place}/{rest}0")


def test_another_machine_of_the_same_name_is_another_place() -> None:
    place, _, rest = this_process().partition("/")
    twin = f"{place[:-8]}00000000/{rest}0"  # named alike, started at another time

    assert is_elsewhere(twin)
    assert not is_dead(twin)
    assert not is_elsewhere(this_process())


def test_of_many_who_want_it_at_once_one_gets_it(store: Store) -> None:
    for name in ("INBOX", "Sent", "Archive", "Junk", "Claims"):
        wanting = [
            partial(acquire_lease, store, name, holder=f"holder {number}", ttl=TTL, now=NOW) for number in range(8)
        ]

        tokens = at_once(wanting)

        assert [token for token in tokens if token is not None] == [1]


@pytest.mark.fault(14)
def test_of_many_who_take_over_at_once_one_gets_it(store: Store) -> None:
    acquire(store, "gone")

    tokens = at_once([partial(acquire, store, f"holder {number}", TTL) for number in range(8)])

    assert [token for token in tokens if token is not None] == [2]
