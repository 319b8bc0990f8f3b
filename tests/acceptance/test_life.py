"""The daemon's own life: one on a data folder, a clean end, and no process left however it ends."""

from __future__ import annotations

import signal
import time

import pytest

from tests.acceptance.service import Service
from tests.servers.patience import slowness
from tests.servers.ports import wait_until


@pytest.mark.fault(4)
def test_a_second_up_on_the_same_data_is_refused_and_kill_9_of_the_first_leaves_nothing(service: Service) -> None:
    service.start()

    second = service.run("up")

    assert second.returncode in (2, 3)
    assert f"already running on {service.data_dir} (pid {service.pids()['up']})" in second.stderr
    assert "Traceback" not in second.stderr
    assert len(service.left()) == 6  # the parent and five children

    # and kill -9 of the first leaves no process within three seconds
    assert service.process is not None
    pace = slowness()
    service.kill("up")
    wait_until(lambda: not service.left(), seconds=3 * pace, what="the end of every child")
    assert service.process.wait(timeout=5) == -signal.SIGKILL


def test_sigterm_ends_it_within_ten_seconds_with_exit_code_0_and_leaves_no_process(service: Service) -> None:
    service.start()
    before, pace = time.monotonic(), slowness()

    code = service.stop()

    assert code == 0
    assert time.monotonic() - before < 10 * pace
    assert service.left() == []
    assert service.said()[-1]["event"] == "stopped"


def test_sigterm_while_it_starts_ends_it_as_cleanly(service: Service) -> None:
    service.launch()
    wait_until(lambda: len(service.pids()) >= 3, seconds=30, what="the first children")

    assert service.stop() == 0
    assert service.left() == []


def test_it_stops_by_itself_after_the_time_it_was_given(service: Service) -> None:
    before = time.monotonic()
    service.launch("--for", "3s")
    assert service.process is not None

    assert service.process.wait(timeout=60) == 0

    assert time.monotonic() - before >= 3
    assert service.left() == []
