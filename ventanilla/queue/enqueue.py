"""Puts the ids of inbox rows on the queue, best effort: whoever calls has them in SQL, and the sweeper comes by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import monotonic
from uuid import uuid4

import redis
from dramatiq import Message

from ventanilla.errors import Temporary
from ventanilla.house_time import house_millis
from ventanilla.queue.bell import ring
from ventanilla.queue.broker import ROUTE_ACTOR, ROUTE_QUEUE, QueueBroker

# Ids a Dramatiq message carries at most: one actor call, one routing transaction.
CHUNK = 20
# After a time-out nobody asks again for this long: a silent Redis costs a connector 2 s now and then, not 2 s a batch.
QUIET_AFTER_TIMEOUT = 10.0


def enqueue(
    broker: QueueBroker,
    ids: Sequence[int],
    *,
    chunk: int = CHUNK,
    queue_name: str = ROUTE_QUEUE,
    actor_name: str = ROUTE_ACTOR,
) -> tuple[int, ...]:
    """Push `ids`, up to `chunk` a message, and return them: one transaction of Redis, two round trips for any number.

    Raises Temporary within about 2 s when Redis does not take them; if only its answer was lost they are on the queue
    all the same. Pushed twice they are routed once: the inbox row is claimed by compare-and-set. The actor need not be
    declared in this process.
    """
    if not ids:
        return ()
    _refuse_while_quiet(broker)
    try:
        with broker.client.pipeline(transaction=True) as pipeline:
            parts = list(_chunks(ids, chunk))
            for part in parts:
                _push(broker, pipeline, _message(part, queue_name, actor_name))
            ring(pipeline, broker.namespace, queue_name, times=len(parts))
            pipeline.execute()
    except redis.TimeoutError as error:
        broker.quiet_until = monotonic() + QUIET_AFTER_TIMEOUT
        raise Temporary(f"queue: no answer in time: {error}", retry_after=QUIET_AFTER_TIMEOUT) from error
    except redis.RedisError as error:
        raise Temporary(f"queue: {error}", retry_after=1.0) from error
    return tuple(ids)


def backlog(broker: QueueBroker, *, queue_name: str = ROUTE_QUEUE) -> int:
    """Messages (not rows) that wait or are being worked on. The sweeper adds none to a long line. Raises Temporary."""
    try:
        return int(broker.client.hlen(f"{broker.namespace}:{queue_name}.msgs"))
    except redis.RedisError as error:
        raise Temporary(f"queue: {error}", retry_after=1.0) from error


def ping(broker: QueueBroker) -> None:
    """Return when Redis answers; raise Temporary within about 2 s when it does not."""
    try:
        broker.client.ping()
    except redis.RedisError as error:
        raise Temporary(f"queue: {error}", retry_after=1.0) from error


def _refuse_while_quiet(broker: QueueBroker) -> None:
    left = broker.quiet_until - monotonic()
    if left > 0:
        raise Temporary("queue: it did not answer in time a moment ago; not asked again yet", retry_after=left)


def _chunks(ids: Sequence[int], size: int) -> Iterator[list[int]]:
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _message(ids: list[int], queue_name: str, actor_name: str) -> Message[None]:
    """A message as `actor.send(ids)` would make it. Dramatiq wants an id of its own per push, `redis_message_id`."""
    return Message(
        queue_name=queue_name,
        actor_name=actor_name,
        args=(ids,),
        kwargs={},
        options={"redis_message_id": str(uuid4())},
    )


def _push(broker: QueueBroker, pipeline: redis.client.Pipeline, message: Message[None]) -> None:
    """Dramatiq's own enqueue script onto our pipeline (its broker sends one message a round trip).

    The arguments are those of dispatch.lua: command, timestamp, queue, worker, heartbeat timeout, dead message TTL,
    do maintenance, max unpack size, then the command's own. An enqueue never unpacks, so any size will do.
    """
    broker.scripts["dispatch"](
        keys=[broker.namespace],
        args=[
            "enqueue",
            house_millis(),
            message.queue_name,
            broker.broker_id,
            broker.heartbeat_timeout,
            broker.dead_message_ttl,
            0,
            1,
            message.options["redis_message_id"],
            message.encode(),
        ],
        client=pipeline,
    )
