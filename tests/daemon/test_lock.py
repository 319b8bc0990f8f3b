"""One daemon to a data folder."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from daemon.lock import DataLock, holder
from tests.daemon.processes_of_ours import program
from tests.servers.ports import wait_until
from ventanilla.errors import Conflict, Unreachable

HOLD = """
with DataLock(data_dir):
    time.sleep(60)
"""


def test_a_second_daemon_on_the_same_data_is_refused_and_told_whose_it_is(tmp_path: Path) -> None:
    data_dir = tmp_path / "var"
    with program(HOLD, data_dir) as first:
        wait_until(lambda: holder(data_dir) == first.pid, what="the first one's lock")

        with pytest.raises(Conflict, match=f"pid {first.pid}") as refused:
            DataLock(data_dir).acquire()

    assert refused.value.winner == str(first.pid)


def test_the_lock_of_a_killed_daemon_is_free_at_once(tmp_path: Path) -> None:
    with program(HOLD, tmp_path) as first:
        wait_until(lambda: holder(tmp_path) == first.pid, what="the first one's lock")
        first.send_signal(signal.SIGKILL)
        first.wait()

        with DataLock(tmp_path):
            assert (tmp_path / "ventanilla.lock").read_text().strip() == str(os.getpid())


def test_nobody_holds_a_lock_that_was_let_go_or_never_taken(tmp_path: Path) -> None:
    assert holder(tmp_path) is None
    with DataLock(tmp_path):
        pass
    assert holder(tmp_path) is None


def test_a_look_at_the_lock_does_not_keep_a_daemon_from_starting(tmp_path: Path) -> None:
    look = """
from daemon.lock import holder
print("looking", flush=True)
while True:
    holder(data_dir)
    time.sleep(0.001)
"""
    with DataLock(tmp_path):
        pass
    with program(look, tmp_path) as looker:
        assert looker.stdout is not None
        looker.stdout.readline()

        for _ in range(100):
            with DataLock(tmp_path):
                pass


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(Unreachable, match="file"):
        DataLock(tmp_path / "file" / "var").acquire()
