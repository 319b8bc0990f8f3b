"""The bell beside the queue: it wakes an idle worker, and a message without one is not left lying."""

from __future__ import annotations

import sys

import pytest

from tests.queue.conftest import Workers
from tests.servers.ports import wait_until
from ventanilla.queue import ROUTE_QUEUE, QueueBroker, enqueue
from ventanilla.queue.bell import MOST_BELLS, bell_of


def test_bells_do_not_pile_up_while_nobody_listens(broker: QueueBroker) -> None:
    for each in range(50):
        enqueue(broker, [each])
    enqueue(broker, range(100), chunk=1)

    assert broker.client.llen(bell_of(broker.namespace, ROUTE_QUEUE)) == MOST_BELLS


def test_a_message_without_a_bell_is_worked_on_all_the_same(
    broker: QueueBroker, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    workers.start("a")
    monkeypatch.setattr(sys.modules["ventanilla.queue.enqueue"], "ring", lambda *_args, **_kwargs: None)
    enqueue(broker, [1])

    wait_until(lambda: workers.done() == [1], seconds=20, what="the message")
