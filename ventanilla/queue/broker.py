"""The Dramatiq broker as this service needs it: how Redis is spoken to, and nothing about what the messages mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import redis
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import Middleware, TimeLimit

from ventanilla.house_time import house_millis
from ventanilla.queue.bell import ListeningConsumer, ring
from ventanilla.queue.client import redis_client
from ventanilla.queue.running import Running

ROUTE_QUEUE = "route"
ROUTE_ACTOR = "route_messages"

# Every key begins with it. Give the queue a Redis database of its own all the same: Dramatiq's maintenance runs KEYS.
NAMESPACE = "ventanilla"
# A Redis that is away must cost a connector seconds, never minutes.
SOCKET_TIMEOUT = 2.0
# A worker says each second that it lives. Not heard of for this long it is dead, and what it held goes back to its queue
# (milliseconds).
HEARTBEAT_TIMEOUT = 3_000
# How many of a million commands look for dead workers. Dramatiq's own 1,000 did not look once in 150 s.
MAINTENANCE_CHANCE = 200_000
# Dead letters name rows that SQL holds anyway, so they are kept for an hour and not for a week (milliseconds).
DEAD_MESSAGE_TTL = 3_600_000
# What an actor gets when it is declared without a time_limit of its own (milliseconds).
TIME_LIMIT = 60_000


class NoRetries(Middleware):
    """Lets actors say `max_retries=0`, which is all this service knows: the sweeper tries again, from SQL.

    Dramatiq's own Retries would push what failed onto a delay queue, which lives in a worker's memory (dramatiq#545).
    """

    @property
    def actor_options(self) -> set[str]:
        return {"max_retries"}


class QueueBroker(RedisBroker):
    """Dramatiq's Redis broker without delay queues, with a heartbeat that can be sent on purpose.

    `quiet_until` is the moment (monotonic) before which nobody asks again a Redis that did not answer in time.
    """

    quiet_until = 0.0

    def declare_queue(self, queue_name: str) -> None:
        """Declare a queue without its delay queue: nothing is ever delayed, and its consumer would poll for nothing."""
        if queue_name not in self.queues:
            self.emit_before("declare_queue", queue_name)
            self.queues.add(queue_name)
            self.emit_after("declare_queue", queue_name)

    def enqueue(self, message: Message[Any], *, delay: int | None = None) -> Message[Any]:
        """Push one message. A delay is refused: due times live in SQL."""
        if delay is not None:
            raise ValueError(f"delay={delay}: the queue carries immediate messages only; keep due times in the store")
        message = super().enqueue(message)
        ring(self.client, self.namespace, message.queue_name)
        return message

    @property
    def consumer_class(self) -> type[ListeningConsumer]:
        """What Dramatiq makes for each queue."""
        return ListeningConsumer

    def _should_do_maintenance(self, command: str) -> int:
        return 1 if command == "heartbeat" else super()._should_do_maintenance(command)

    def _dispatch(self, command: str) -> Callable[..., Any]:
        """As Dramatiq's, by the house's time, and a time-out counts as a lost connection, which its worker knows how to survive.

        By its own time a machine whose clock is ahead would take every other worker for dead. redis-py's TimeoutError is no
        ConnectionError; an ack that runs into one would be given up for good.
        """
        dispatch = self.scripts["dispatch"]

        def timely(queue_name: str, *args: Any) -> Any:
            facts = [
                command,
                house_millis(),
                queue_name,
                self.broker_id,
                self.heartbeat_timeout,
                self.dead_message_ttl,
                self._should_do_maintenance(command),
                self._max_unpack_size(),  # type: ignore[no-untyped-call]
            ]
            try:
                return dispatch(args=[*facts, *args], keys=[self.namespace])
            except redis.TimeoutError as error:
                raise redis.ConnectionError(str(error)) from error

        return timely


def build_broker(url: str, *, namespace: str = NAMESPACE) -> QueueBroker:
    """A broker on `url` (see `ventanilla.queue.client`); connects to nothing yet. BadInput: another kind of address.

    No Prometheus (it would listen on 0.0.0.0), no Retries, no AgeLimit (it would drop what a host with a slow clock
    sends), no ShutdownNotifications (an actor in the middle of a transaction is let finish).
    """
    client = redis_client(url, seconds=SOCKET_TIMEOUT)
    return QueueBroker(  # type: ignore[no-untyped-call]
        client=client,
        namespace=namespace,
        middleware=[NoRetries(), TimeLimit(time_limit=TIME_LIMIT), Running()],
        heartbeat_timeout=HEARTBEAT_TIMEOUT,
        maintenance_chance=MAINTENANCE_CHANCE,
        dead_message_ttl=DEAD_MESSAGE_TTL,
    )
