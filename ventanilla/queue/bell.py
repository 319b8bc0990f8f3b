"""How an idle worker hears of a message at once: a bell beside the queue, rung by whoever puts one there.

Dramatiq's consumer asks again and again, which costs either latency or processor time. This one waits on a list for a
moment; a bell that is lost, or of a broker that rings none, costs that moment.
"""

from __future__ import annotations

import time
from typing import Any

import redis
from dramatiq import MessageProxy
from dramatiq.brokers.redis import _RedisConsumer
from dramatiq.errors import ConnectionClosed

# So many ids are woken for at most; while everybody is busy bells would only pile up.
MOST_BELLS = 8
# An idle worker asks again without having heard a bell after this long (seconds).
LISTEN = 0.5
# A worker that has all it can hold looks again this soon (seconds).
FULL = 0.02


def bell_of(namespace: str, queue_name: str) -> str:
    """The key of a queue's bell."""
    return f"{namespace}:{queue_name}.bell"


def ring(pipeline: Any, namespace: str, queue_name: str, *, times: int = 1) -> None:
    """Add to a pipeline (or do at once, on a client) what wakes as many idle workers."""
    bell = bell_of(namespace, queue_name)
    pipeline.lpush(bell, *([1] * min(times, MOST_BELLS)))
    pipeline.ltrim(bell, 0, MOST_BELLS - 1)


class ListeningConsumer(_RedisConsumer):
    """Dramatiq's consumer, which waits for the bell where that one sleeps."""

    def __init__(self, broker: Any, queue_name: str, prefetch: int, timeout: int) -> None:
        super().__init__(broker, queue_name, prefetch, 0)  # type: ignore[no-untyped-call]
        self._bell = bell_of(broker.namespace, queue_name)

    def __next__(self) -> MessageProxy | None:
        """The next message; None after a moment without any. Raises ConnectionClosed, after which Dramatiq makes a new one."""
        is_full = self.outstanding_message_count >= self.prefetch
        message: MessageProxy | None = super().__next__()  # type: ignore[no-untyped-call]
        if message is None:
            self._wait(is_full=is_full)
        return message

    def _wait(self, *, is_full: bool) -> None:
        if is_full:
            time.sleep(FULL)
            return
        try:
            self.broker.client.blpop([self._bell], timeout=LISTEN)
        except (redis.ConnectionError, redis.TimeoutError) as error:
            raise ConnectionClosed(error) from None  # type: ignore[no-untyped-call]
