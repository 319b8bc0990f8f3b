"""A machine that comes back with the file of before does not bring it back while another works under the newer one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from cli.applying import begin_with
from config.load import Loaded, load_config
from tests.cli.town import FILE
from ventanilla.house_time import house_now, house_time
from ventanilla.processes import this_process
from ventanilla.store.engine import Store
from ventanilla.store.installation import active_config
from ventanilla.store.leases import acquire_lease
from ventanilla.store.tables import leases

TEXT = FILE.format(store="sqlite", mode="live", more="")
ELSEWHERE = "another host/7/7"


@pytest.fixture(autouse=True)
def own_time() -> Iterator[None]:
    yield
    house_time().follow_nobody()


@pytest.fixture
def files(tmp_path: Path) -> tuple[Loaded, Loaded]:
    """A file, and what became of it."""
    older, newer = tmp_path / "older.toml", tmp_path / "newer.toml"
    (tmp_path / "secret").write_text("s3cret")
    older.write_text(TEXT)
    newer.write_text(f"{TEXT}\n# a line more\n")
    return load_config(older), load_config(newer)


def hold(store: Store, holder: str, *, seconds: float) -> None:
    assert acquire_lease(store, "pull x", holder=holder, ttl=timedelta(seconds=seconds), now=house_now()) is not None


def in_force(store: Store) -> str:
    with store.read() as connection:
        active = active_config(connection)
    assert active is not None
    return str(active.sha256)


def test_while_another_machine_renews_its_lease_the_file_of_before_stays_out(
    postgresql_store: Store, files: tuple[Loaded, Loaded]
) -> None:
    older, newer = files
    begin_with(postgresql_store, older)
    begin_with(postgresql_store, newer)
    hold(postgresql_store, ELSEWHERE, seconds=3600)
    begins = threading.Thread(target=begin_with, args=(postgresql_store, older))
    begins.start()

    for number in range(300):
        hold(postgresql_store, ELSEWHERE, seconds=3600 + number)
        begins.join(0.2)
        if not begins.is_alive():
            break

    assert not begins.is_alive()
    assert in_force(postgresql_store) == newer.sha256
    # and a file that nobody has seen is put in force, as it is by whoever changes it and starts again
    newer.path.write_text(f"{TEXT}\n# two lines more\n")
    latest = load_config(newer.path)
    begin_with(postgresql_store, latest)
    assert in_force(postgresql_store) == latest.sha256


def test_where_nobody_else_is_at_work_the_file_of_before_is_in_force_again(
    store: Store, files: tuple[Loaded, Loaded]
) -> None:
    older, newer = files
    begin_with(store, older)
    begin_with(store, newer)
    hold(store, this_process(), seconds=3600)

    begin_with(store, older)

    assert in_force(store) == older.sha256


def test_a_lease_that_a_dead_machine_left_behind_holds_it_up_until_that_lapses(
    postgresql_store: Store, files: tuple[Loaded, Loaded]
) -> None:
    older, newer = files
    begin_with(postgresql_store, older)
    begin_with(postgresql_store, newer)
    hold(postgresql_store, ELSEWHERE, seconds=1.5)

    begin_with(postgresql_store, older)

    assert in_force(postgresql_store) == older.sha256
    with postgresql_store.read() as connection:
        assert connection.scalar(sa.select(leases.c.name).where(leases.c.expires_at > house_now())) is None
