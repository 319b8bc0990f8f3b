"""Makes a client of an address: of a server, or of whichever one Redis Sentinel says is the master. Connects when first asked."""

from __future__ import annotations

import threading
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from ventanilla.errors import BadInput
from ventanilla.queue_address import Watched, is_watched, parse_watched

SCHEMES = ("redis", "rediss", "unix", "redis+sentinel", "rediss+sentinel")
# Nobody waits longer for a sentinel than this (seconds): there are others.
SENTINEL_SECONDS = 1.0


class Watchers(Sentinel):
    """The sentinels, asked by one thread at a time: redis-py moves them about in its list while it asks."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)  # type: ignore[no-untyped-call]
        self._one_at_a_time = threading.Lock()

    def discover_master(self, service_name: str) -> tuple[str, int]:
        """Where the master is now. Raises redis.ConnectionError when no sentinel knows one."""
        with self._one_at_a_time:
            found: tuple[str, int] = super().discover_master(service_name)  # type: ignore[no-untyped-call]
            return found


def redis_client(url: str, *, seconds: float, **options: Any) -> redis.Redis:
    """A client that waits so many seconds for an answer and never repeats a command. BadInput: an address of another kind.

    Repeating a command whose answer was lost would do it twice. Connecting is not repeated either: callers are in a hurry, and
    the pool notices by itself a connection that a restarted server closed.
    """
    scheme = url.partition("://")[0]
    if scheme not in SCHEMES:
        raise BadInput(f'queue.url: expected {", ".join(f"{known}://…" for known in SCHEMES)}, got scheme "{scheme}"')
    patience = {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        "health_check_interval": 0,
        **options,
    }
    if not is_watched(url):
        return redis.Redis.from_url(url, **patience)
    watched = watched_by(url)
    login = {"db": watched.database, "username": watched.username, "password": watched.password}
    client: redis.Redis = watchers(watched, seconds=seconds).master_for(  # type: ignore[no-untyped-call]
        watched.name, **login, **_tls(watched), **patience
    )
    return client


def watched_by(url: str) -> Watched:
    """The parts of an address that names sentinels. BadInput: one that cannot be."""
    try:
        return parse_watched(url)
    except ValueError as error:
        raise BadInput(f"queue.url: {error}") from None


def watchers(watched: Watched, *, seconds: float) -> Watchers:
    """Its sentinels. A master that does not say so itself is none: it may have been one until a moment ago."""
    patience = min(seconds, SENTINEL_SECONDS)
    login = {"username": watched.sentinel_username, "password": watched.sentinel_password}
    options = {"socket_timeout": patience, "socket_connect_timeout": patience, "retry": Retry(NoBackoff(), 0)}
    return Watchers(list(watched.sentinels), sentinel_kwargs={**options, **login, **_tls(watched)})


def _tls(watched: Watched) -> dict[str, Any]:
    return {"ssl": True, **dict(watched.tls)} if watched.is_encrypted else {}
