"""Who this installation is: the same for ever, also when two processes ask for the first time at once."""

from __future__ import annotations

from tests.store.at_once import at_once
from tests.store.rows import NOW
from ventanilla.store.engine import Store
from ventanilla.store.installation import Installation, active_config, add_config_version, ensure_installation


def ensure(store: Store) -> Installation:
    with store.write() as connection:
        return ensure_installation(connection, now=NOW)


def test_an_installation_keeps_its_name_and_key(store: Store) -> None:
    first = ensure(store)

    assert ensure(store) == first
    assert len(first.signing_key) == 32
    assert first.signing_key.hex() not in repr(first)


def test_two_who_ask_for_the_first_time_at_once_are_told_the_same(store: Store) -> None:
    told = at_once([lambda: ensure(store)] * 8)

    assert len(set(told)) == 1


def test_the_last_config_version_is_the_one_in_force(store: Store) -> None:
    with store.write() as connection:
        before = active_config(connection)
        for name in ("a", "b"):
            number = add_config_version(connection, sha256=name, content={"service": {"name": name}}, now=NOW)
        active = active_config(connection)

    assert before is None
    assert active is not None
    assert (active.id, active.sha256, active.content) == (number, "b", {"service": {"name": "b"}})
