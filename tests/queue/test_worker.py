"""The worker process: what is queued is worked on, whoever dies in between."""

from __future__ import annotations

import signal
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import dramatiq
import pytest

from tests.queue.conftest import Server, Workers
from tests.servers.patience import slowness
from tests.servers.ports import wait_until
from ventanilla.queue import ROUTE_ACTOR, ROUTE_QUEUE, QueueBroker, WorkerDied, backlog, enqueue, run_worker


def test_a_thousand_ids_are_worked_on_once_each_and_nothing_stays_behind(broker: QueueBroker, workers: Workers) -> None:
    enqueue(broker, range(1, 1001))
    workers.start("a")

    wait_until(lambda: len(workers.done()) >= 1000, what="a thousand ids")

    assert sorted(workers.done()) == list(range(1, 1001))
    wait_until(lambda: backlog(broker) == 0, what="the last acknowledgement")


@pytest.mark.fault(3)
def test_what_a_killed_worker_held_reaches_another_within_eight_seconds(broker: QueueBroker, workers: Workers) -> None:
    victim = workers.start("victim", pause=30, threads=2)
    enqueue(broker, [1, 2, 3, 4, 5], chunk=1)
    wait_until(lambda: len(workers.done("victim")) == 2, what="the victim at work")
    workers.start("heir")

    victim.send_signal(signal.SIGKILL)
    killed, pace = time.monotonic(), slowness()
    wait_until(lambda: sorted(workers.done("heir")) == [1, 2, 3, 4, 5], seconds=60, what="the heir's work")

    assert time.monotonic() - killed < 8 * pace


def test_a_busy_worker_does_not_pass_for_dead(broker: QueueBroker, workers: Workers) -> None:
    """It holds as many messages as it may, so it fetches nothing, for longer than the heartbeat's time-out."""
    workers.start("busy", pause=9, threads=1)
    enqueue(broker, range(64), chunk=1)
    wait_until(lambda: len(workers.done("busy")) == 1, what="the busy worker at work")
    workers.start("idle")

    time.sleep(7)

    assert workers.done("idle") == []


@pytest.mark.fault(5)
def test_flushall_loses_queue_entries_and_nothing_else(broker: QueueBroker, workers: Workers) -> None:
    workers.start("a")
    enqueue(broker, [1])
    wait_until(lambda: workers.done() == [1], what="the first id")

    broker.client.flushall()
    enqueue(broker, [2])

    wait_until(lambda: workers.done() == [1, 2], what="the second id")


@pytest.mark.fault(5)
def test_the_worker_goes_on_by_itself_when_redis_comes_back(
    server: Server, broker: QueueBroker, workers: Workers
) -> None:
    worker = workers.start("a")
    enqueue(broker, [1])
    wait_until(lambda: workers.done() == [1] and backlog(broker) == 0, what="the first id, acknowledged")

    server.kill()
    time.sleep(2)
    server.start()
    enqueue(broker, [2])

    wait_until(lambda: workers.done() == [1, 2], seconds=60, what="the second id")
    assert worker.poll() is None


@pytest.mark.fault(6)
@pytest.mark.parametrize("number", [pytest.param(1, id="done"), pytest.param(666, id="raising")])
def test_an_actor_that_ends_while_redis_is_away_is_acknowledged_later(
    number: int, server: Server, broker: QueueBroker, workers: Workers
) -> None:
    workers.start("a", pause=1)
    enqueue(broker, [number])
    wait_until(lambda: workers.done() == [number], what="the id at work")
    server.kill()
    time.sleep(1.5)
    server.start()

    wait_until(lambda: backlog(broker) == 0, seconds=60, what="the acknowledgement")


def test_a_failing_actor_is_not_tried_again_by_the_queue(broker: QueueBroker, workers: Workers) -> None:
    workers.start("a")
    enqueue(broker, [666])
    wait_until(lambda: workers.done() == [666] and backlog(broker) == 0, what="the bad one")

    enqueue(broker, [1])
    wait_until(lambda: workers.done() == [666, 1], what="the next one")
    time.sleep(0.5)

    assert workers.done() == [666, 1]


def test_sigterm_lets_what_runs_finish_and_hands_the_rest_back(broker: QueueBroker, workers: Workers) -> None:
    worker = workers.start("a", pause=1, threads=2)
    enqueue(broker, range(10), chunk=1)
    wait_until(lambda: len(workers.done("a")) == 2, what="two at work")

    worker.terminate()

    assert worker.wait(timeout=10) == 0
    taken = workers.done("a")
    workers.start("b")
    wait_until(lambda: len(workers.done()) >= 10, what="the rest")
    assert sorted(workers.done("b")) == sorted(set(range(10)) - set(taken))


def test_sigterm_is_heeded_while_redis_is_away(server: Server, broker: QueueBroker, workers: Workers) -> None:
    worker = workers.start("a", pause=0.5)
    enqueue(broker, range(8), chunk=1)
    wait_until(lambda: len(workers.done("a")) >= 4, what="some at work")
    server.kill()

    worker.terminate()

    assert worker.wait(timeout=15) == 0


def test_an_actor_past_its_time_limit_is_interrupted_and_the_worker_lives_on(
    broker: QueueBroker, workers: Workers
) -> None:
    def stays(ids: list[int]) -> None:
        while ids == [1]:
            time.sleep(0.01)
        ended.append(ids)

    ended: list[list[int]] = []
    with _in_this_process(broker, stays, time_limit=500):
        enqueue(broker, [1])
        time.sleep(0.2)
        enqueue(broker, [2])
        wait_until(lambda: ended == [[2]] and backlog(broker) == 0, what="the interruption")


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("kind", ["workers", "consumers"])
def test_a_thread_that_ends_ends_the_process(broker: QueueBroker, kind: str) -> None:
    """An interruption that comes a moment too late hits Dramatiq's own loop, and the process would only look healthy."""

    class Sabotage(dramatiq.Middleware):
        def after_worker_boot(self, broker: Any, worker: Any) -> None:
            threads = list(worker.workers) if kind == "workers" else list(worker.consumers.values())
            threads[0].stop()

    broker.add_middleware(Sabotage())
    _declare(broker, lambda ids: None)

    with pytest.raises(WorkerDied, match="threads ended"):
        run_worker(broker, threads=2, stop_event=threading.Event(), drain=2)


def test_an_actor_that_cannot_be_interrupted_ends_the_process(
    broker: QueueBroker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ventanilla.queue.worker.STUCK_GRACE", 0.5)
    others, released = set(threading.enumerate()), threading.Event()
    _declare(broker, lambda ids: _wait_for(released), time_limit=500)  # its exception waits for the call to come back
    enqueue(broker, [1])

    with pytest.raises(WorkerDied, match="cannot be interrupted"):
        run_worker(broker, threads=1, stop_event=threading.Event(), drain=1)

    released.set()  # here the process does not end: a thread left behind would look for its queue for ever
    for thread in set(threading.enumerate()) - others:
        if type(thread).__module__ == "dramatiq.worker":
            thread.join(20)
            assert not thread.is_alive(), thread.name


def test_an_idle_worker_takes_an_id_up_within_15_ms_in_the_middle(
    server: Server, broker: QueueBroker, workers: Workers, record_property: Any
) -> None:
    workers.start("a")
    sent: dict[int, float] = {}
    for each in range(40):
        time.sleep(0.05)
        sent[each] = time.time()
        enqueue(broker, [each])
    wait_until(lambda: len(workers.done()) == 40, what="forty ids")

    waits = sorted(1000 * (at - sent[int(what)]) for _, what, at in workers.lines() if what != "ready")
    record_property("p50_ms", statistics.median(waits))
    print(f"idle latency: p50 {statistics.median(waits):.1f} ms, p95 {waits[37]:.1f} ms, max {waits[-1]:.1f} ms")
    assert statistics.median(waits) < 15


def _wait_for(event: threading.Event) -> None:
    event.wait(60)


def _declare(broker: QueueBroker, fn: Callable[[list[int]], None], *, time_limit: float = 60_000) -> None:
    declare = dramatiq.actor(
        broker=broker, actor_name=ROUTE_ACTOR, queue_name=ROUTE_QUEUE, max_retries=0, time_limit=time_limit
    )
    declare(fn)


class _in_this_process:  # noqa: N801 - reads as a phrase
    """A worker in a thread of the test, with `actor` as the router."""

    def __init__(self, broker: QueueBroker, actor: Any, *, time_limit: float) -> None:
        _declare(broker, actor, time_limit=time_limit)
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=run_worker, args=(broker,), kwargs={"threads": 2, "stop_event": self._stop, "drain": 5}
        )

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(15)
