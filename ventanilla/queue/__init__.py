"""The way to Dramatiq on Redis: messages that only name inbox rows. It knows no table and decides nothing.

Importing it loads redis and dramatiq (about half a second): commands that must be quick import it inside the function.
"""

from ventanilla.queue.broker import ROUTE_ACTOR, ROUTE_QUEUE, QueueBroker, build_broker
from ventanilla.queue.describing import describe_queue
from ventanilla.queue.enqueue import backlog, enqueue, ping
from ventanilla.queue.worker import WorkerDied, run_worker

__all__ = [
    "ROUTE_ACTOR",
    "ROUTE_QUEUE",
    "QueueBroker",
    "WorkerDied",
    "backlog",
    "build_broker",
    "describe_queue",
    "enqueue",
    "ping",
    "run_worker",
]
