"""Enqueueing: one way in, quick whatever Redis does, and never twice by itself."""

from __future__ import annotations

import json
import signal
import socket
import threading
import time
from contextlib import suppress
from typing import Any

import pytest

from tests.queue.conftest import Server
from ventanilla.errors import BadInput, Temporary
from ventanilla.queue import QueueBroker, backlog, build_broker, enqueue, ping


def carried(broker: QueueBroker) -> list[list[int]]:
    """The ids of each message on the queue, in order."""
    client: Any = broker.client
    names = client.lrange("ventanilla:route", 0, -1)
    return [json.loads(client.hget("ventanilla:route.msgs", name))["args"][0] for name in names]


def test_a_thousand_ids_go_in_chunks_in_order(broker: QueueBroker) -> None:
    ids = list(range(1, 1001))

    assert enqueue(broker, ids, chunk=30) == tuple(ids)

    messages = carried(broker)
    assert [each for message in messages for each in message] == ids
    assert max(len(message) for message in messages) == 30
    assert backlog(broker) == 34


def test_no_ids_are_no_message(broker: QueueBroker) -> None:
    assert enqueue(broker, []) == ()
    assert backlog(broker) == 0


def test_redis_away_is_told_at_once(server: Server, broker: QueueBroker) -> None:
    enqueue(broker, [1])
    server.kill()

    for ask in (lambda: enqueue(broker, [2]), lambda: backlog(broker), lambda: ping(broker)):
        began = time.monotonic()
        with pytest.raises(Temporary, match="queue"):
            ask()
        assert time.monotonic() - began < 15


@pytest.mark.fault(5)
def test_a_restarted_redis_is_taken_up_without_an_error(server: Server, broker: QueueBroker) -> None:
    enqueue(broker, [1])
    server.kill()
    server.start()

    enqueue(broker, [2])

    assert carried(broker) == [[1], [2]]


@pytest.mark.fault(6)
def test_a_redis_that_does_not_answer_costs_two_seconds_once_and_is_then_left_alone(
    server: Server, broker: QueueBroker
) -> None:
    ping(broker)
    server.signal(signal.SIGSTOP)
    try:
        began = time.monotonic()
        with pytest.raises(Temporary, match="in time"):
            enqueue(broker, [1])
        assert time.monotonic() - began < 15

        with pytest.raises(Temporary, match="not asked again"):
            enqueue(broker, [2])
    finally:
        server.signal(signal.SIGCONT)


@pytest.mark.fault(6)
def test_a_lost_answer_does_not_push_twice(server: Server, broker: QueueBroker) -> None:
    with _Proxy(str(server.queue.socket)) as proxy:
        through = build_broker(f"redis://127.0.0.1:{proxy.port}/0")
        ping(through)

        with pytest.raises(Temporary):
            enqueue(through, [1, 2])
        through.client.close()

    assert carried(broker) == [[1, 2]]


def test_an_address_of_another_kind_is_refused_by_name() -> None:
    with pytest.raises(BadInput, match=r'redis://.*"amqp"'):
        build_broker("amqp://localhost")


def test_nothing_is_ever_delayed(broker: QueueBroker) -> None:
    import dramatiq

    actor = dramatiq.actor(broker=broker, actor_name="later", queue_name="later", max_retries=0)(print)

    with pytest.raises(ValueError, match="due times"):
        actor.send_with_options(args=([1],), delay=1000)
    assert broker.get_declared_delay_queues() == set()


class _Proxy:
    """Forwards bytes both ways; the answer to the first EXEC it loses, with the connection, as a network does."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._cut: socket.socket | None = None
        self._links: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> _Proxy:
        return self

    def __exit__(self, *_: object) -> None:
        for link in (self._listener, *self._links):
            link.close()

    def _serve(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            far = socket.socket(socket.AF_UNIX)
            far.connect(self._target)
            self._links += [near, far]
            threading.Thread(target=self._ask, args=(near, far), daemon=True).start()
            threading.Thread(target=self._answer, args=(near, far), daemon=True).start()

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if b"EXEC\r\n" in data and self._cut is None:
                    self._cut = near
                far.sendall(data)

    def _answer(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                if self._cut is near:
                    near.shutdown(socket.SHUT_RDWR)
                    return
                near.sendall(data)
