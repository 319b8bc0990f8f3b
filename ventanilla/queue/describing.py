"""Says in a line what a queue's address leads to: which server, and with Sentinel who watches it. For `check` and `doctor`."""

from __future__ import annotations

from typing import Any

import redis

from ventanilla.errors import Temporary
from ventanilla.queue.client import redis_client, watched_by, watchers
from ventanilla.queue_address import Watched, is_watched

ANSWER_SECONDS = 2.0


def describe_queue(url: str) -> str:
    """What answers at this address. Raises Temporary when nothing does, or nothing that can be written to; BadInput."""
    try:
        with redis_client(url, seconds=ANSWER_SECONDS) as client:
            told = _told(client)
            if told.get("role", "master") != "master":
                raise Temporary(
                    "queue: a replica answers here, which takes nothing: give the master's address, or the sentinels'"
                )
        server = _server(told)
        return f"{server}, {_watch(watched_by(url))}" if is_watched(url) else f"{server} answers"
    except redis.RedisError as error:
        raise Temporary(f"queue: {_without_noise(error)}", retry_after=1.0) from error


def _told(client: redis.Redis) -> Any:
    """What it says of itself; nothing where our user may not ask."""
    client.ping()
    try:
        server: Any = client.info("server")
        role: Any = client.info("replication")
        return {**server, **role}
    except redis.exceptions.NoPermissionError:
        return {}


def _watch(watched: Watched) -> str:
    with watchers(watched, seconds=ANSWER_SECONDS) as sentinels:
        host, port = sentinels.discover_master(watched.name)
        first = sentinels.sentinels[0]
        state = first.sentinel_masters()[watched.name]
        known, quorum = int(state["num-other-sentinels"]) + 1, int(state["quorum"])
        replicas = int(state["num-slaves"])
        answering = sum(_answers(one) for one in sentinels.sentinels)
    return (
        f'master {host}:{port} of "{watched.name}": {replicas} {"replica" if replicas == 1 else "replicas"}, '
        f"{known} {'sentinel' if known == 1 else 'sentinels'} (quorum {quorum}), "
        f"{answering} of the {len(watched.sentinels)} named here answer"
    )


def _answers(sentinel: Any) -> bool:
    try:
        return bool(sentinel.ping())
    except redis.RedisError:
        return False


def _server(told: Any) -> str:
    if "valkey_version" in told:
        return f"Valkey {told['valkey_version']}"
    return f"Redis {told.get('redis_version', '')}".rstrip()


def _without_noise(error: redis.RedisError) -> str:
    """redis-py names its own objects behind the first colon of what sentinels say."""
    return str(error).partition(" : ")[0]
