"""Runs Dramatiq's worker threads in this very process and watches them; what the actors do is not its business.

Dramatiq's own command starts a master and forks: killing one worker ends them all, killing the master leaves orphans.
Here a process is one worker, and whoever started it restarts it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

import redis
import structlog
from dramatiq import Worker
from dramatiq.errors import BrokerConnectionError

from ventanilla.errors import Temporary
from ventanilla.queue.broker import TIME_LIMIT, QueueBroker
from ventanilla.queue.running import Running

log = structlog.get_logger(__name__)

# Dramatiq's rate is its prefetch window over 7.5 ms of sleep: 64 took a process from 2,000 to 4,400 actors a second.
PREFETCH = 64
# Idle threads look around this often (milliseconds): a message wakes them at once, see bell.py.
LOOK_AROUND = 500
# How often threads are looked at and the heartbeat is sent (seconds).
WATCH_EVERY = 1.0
# An actor this far past its time limit cannot be interrupted from inside (seconds).
STUCK_GRACE = 30.0


class WorkerDied(Temporary):
    """A thread of the worker ended or hangs: leave with a non-zero exit code, the supervisor starts a new process."""


def run_worker(
    broker: QueueBroker,
    *,
    threads: int,
    stop_event: threading.Event,
    drain: float = 20.0,
    on_tick: Callable[[], None] | None = None,
) -> None:
    """Work the declared queues until `stop_event` is set, let what runs finish (at most `drain` seconds) and return.

    Redis may go and come back: the consumers reconnect within about 3 s. Raises WorkerDied. `on_tick` is called once a
    second while all is well. Declare the actors on `broker` before; run it once in a process.
    """
    broker.emit_after("process_boot")  # starts the TimeLimit's clock; Dramatiq's own command line would do it
    worker = Worker(broker, worker_threads=threads, worker_timeout=LOOK_AROUND)
    worker.queue_prefetch = PREFETCH  # read from the environment at import otherwise
    worker.start()
    log.info("worker_started", threads=threads, queues=sorted(broker.get_declared_queues()))
    try:
        while not stop_event.wait(WATCH_EVERY):
            _check(worker, broker)
            _beat(broker)
            if on_tick is not None:
                on_tick()
    finally:
        _stop(worker, drain)


def _check(worker: Worker, broker: QueueBroker) -> None:
    dead = [thread.name for thread in (*worker.workers, *worker.consumers.values()) if not thread.is_alive()]
    if dead:
        raise WorkerDied(f"queue worker: {len(dead)} of its threads ended ({', '.join(dead)})")
    running = next((each for each in broker.middleware if isinstance(each, Running)), None)
    longest = running.longest() if running else 0.0
    if longest > _longest_limit(broker) + STUCK_GRACE:
        raise WorkerDied(f"queue worker: an actor has been running for {longest:.0f} s and cannot be interrupted")


def _longest_limit(broker: QueueBroker) -> float:
    """Seconds of the most patient actor's time limit."""
    limits = [float(actor.options.get("time_limit", TIME_LIMIT)) for actor in broker.actors.values()]
    return max(limits, default=float(TIME_LIMIT)) / 1000


def _beat(broker: QueueBroker) -> None:
    """Say that this worker lives, and look for dead ones.

    A worker that has all it can hold fetches nothing, and would pass for dead if only its fetches told of it.
    """
    for queue_name in broker.get_declared_queues():
        with suppress(redis.RedisError):  # its consumers are reconnecting; they say so in the log
            broker.do_heartbeat(queue_name)


def _stop(worker: Worker, drain: float) -> None:
    try:
        worker.stop(timeout=int(drain * 1000))
    except (redis.RedisError, BrokerConnectionError) as error:
        # What it held comes back by itself: after the heartbeat timeout, or by the sweeper at the latest.
        log.warning("worker_stopped_without_queue", error=str(error))
    else:
        log.info("worker_stopped")
