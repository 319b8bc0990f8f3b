"""Token buckets: the same arithmetic in one process and on Redis, shared by processes, and kept when Redis is away."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from tests.servers.ports import free_port
from ventanilla.pace import Limiter, LocalLimiter, Pace
from ventanilla.queue.shared_pace import SharedLimiter

ROOT = Path(__file__).parents[2]
ALL, LUCIA, EVA = (
    Pace(key="bot", seconds=1.0, burst=4),
    Pace(key="bot:1", seconds=30.0, burst=2),
    Pace(key="bot:2", seconds=30.0),
)


class Clock:
    """A clock that is moved by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["local", "redis"])
def limiter(request: pytest.FixtureRequest) -> Iterator[Limiter]:
    """An empty one of each sort."""
    if request.param == "local":
        yield LocalLimiter()
        return
    shared = SharedLimiter(request.getfixturevalue("valkey"))
    yield shared
    shared.close()


def test_so_many_at_once_and_then_how_long_to_wait_because_of_which(limiter: Limiter) -> None:
    assert [limiter.take([ALL, LUCIA]) for _ in range(2)] == [None, None]

    wait = limiter.take([ALL, LUCIA])
    assert wait is not None
    assert wait.key == LUCIA.key
    assert 25 < wait.seconds <= 30

    # what was refused took no token of the others
    assert [limiter.take([ALL]), limiter.take([ALL])] == [None, None]
    wait = limiter.take([ALL])
    assert wait is not None
    assert wait.key == ALL.key
    assert 0 < wait.seconds <= 1


def test_what_the_provider_shut_stays_shut_for_that_long_and_others_go_on(limiter: Limiter) -> None:
    limiter.shut(LUCIA, 60)
    limiter.shut(LUCIA, 5)  # a shorter one does not open it

    wait = limiter.take([ALL, LUCIA])
    assert wait is not None
    assert 55 < wait.seconds <= 60
    assert limiter.take([ALL, EVA]) is None


def test_a_token_comes_back_in_its_time(limiter: Limiter) -> None:
    quick = Pace(key="quick", seconds=0.05)
    assert limiter.take([quick]) is None
    wait = limiter.take([quick])
    assert wait is not None

    time.sleep(wait.seconds)

    assert limiter.take([quick]) is None


@given(
    steps=st.lists(st.floats(min_value=0, max_value=3), max_size=60),
    seconds=st.floats(min_value=0.1, max_value=2),
    burst=st.integers(min_value=1, max_value=5),
)
def test_in_no_stretch_of_time_more_go_than_the_pace_allows(steps: list[float], seconds: float, burst: int) -> None:
    clock = Clock()
    limiter, pace = LocalLimiter(clock), Pace(key="a", seconds=seconds, burst=burst)
    went: list[float] = []
    for step in steps:
        clock.now += step
        wait = limiter.take([pace])
        if wait is None:
            went.append(clock.now)
        else:
            clock.now += wait.seconds + 1e-6
            assert limiter.take([pace]) is None  # it is let go after just that wait
            went.append(clock.now)

    for first, start in enumerate(went):
        for last in range(first, len(went)):
            assert last - first + 1 <= burst + (went[last] - start) / seconds + 1e-6


TAKER = """
import sys, time
from ventanilla.pace import Pace
from ventanilla.queue.shared_pace import SharedLimiter

limiter, pace = SharedLimiter(sys.argv[1]), Pace(key="together", seconds=0.02, burst=1)
ends, taken = time.monotonic() + 1.0, 0
while time.monotonic() < ends:
    taken += limiter.take([pace]) is None
print(taken)
"""


def test_processes_share_one_bucket(valkey: str) -> None:
    began = time.monotonic()
    processes = [
        subprocess.Popen([sys.executable, "-c", TAKER, valkey], cwd=ROOT, stdout=subprocess.PIPE) for _ in range(3)
    ]
    counts = [int(process.communicate(timeout=30)[0]) for process in processes]
    took = time.monotonic() - began

    assert 40 <= sum(counts) <= took / 0.02 + 1


def test_while_redis_is_away_each_keeps_the_pace_alone_and_says_so_once() -> None:
    clock = Clock()
    shared = SharedLimiter(f"redis://127.0.0.1:{free_port()}/0", clock=clock)

    with capture_logs() as logs:
        answers = [shared.take([EVA])]
        clock.now += 6  # it is asked again, and is still away
        answers.append(shared.take([EVA]))
    shared.close()

    assert answers[0] is None
    assert answers[1] is not None
    assert [line["event"] for line in logs] == ["pace_kept_alone"]


def test_it_is_shared_again_when_redis_is_back(valkey: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    shared = SharedLimiter(valkey, clock=clock)
    break_off(shared, monkeypatch)
    assert shared.take([EVA]) is None
    monkeypatch.undo()

    with capture_logs() as logs:
        assert shared.take([EVA]) is not None  # not asked again yet: this process has taken its one
        clock.now += 6
        assert shared.take([EVA]) is None  # nobody has taken it there
    shared.close()

    assert [line["event"] for line in logs] == ["pace_shared_again"]


def break_off(shared: SharedLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(shared, "_take", refuse)


def test_a_bucket_that_is_full_again_is_forgotten(valkey: str) -> None:
    shared = SharedLimiter(valkey)
    shared.take([Pace(key="short", seconds=0.01)])
    shared.close()

    with redis.Redis.from_url(valkey) as client:
        (key,) = client.keys("ventanilla:pace:*")
        assert 0 < client.pttl(key) <= 1100


def test_many_threads_take_no_token_twice(limiter: Limiter) -> None:
    pace = Pace(key="crowd", seconds=60, burst=10)
    went: list[bool] = []

    def take_some() -> None:
        for _ in range(5):
            went.append(limiter.take([pace]) is None)

    threads = [threading.Thread(target=take_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(went) == 10
