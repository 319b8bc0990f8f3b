"""Token buckets on Redis, shared by every process on every machine; while Redis is away each process keeps its own.

Time is the Redis server's, so that machines need not agree on it. The arithmetic is that of `ventanilla.pace`, in a script,
because only a script sees and changes several keys at one moment.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from ventanilla.pace import LocalLimiter, Pace, Wait
from ventanilla.queue.willing import WhileThere, willing_client

NAMESPACE = "ventanilla:pace"
# What is to be sent must not wait long for the leave to send it.
ANSWER_SECONDS = 1.0
_MICRO = 1_000_000
# A bucket is kept a moment longer than it needs, so that rounding never forgets a token.
_NOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function full_at(key) return tonumber(redis.call('GET', key) or 0) end
local function keep(key, at)
    redis.call('SET', key, string.format('%.0f', at), 'PX', math.ceil((at - now) / 1000) + 1000)
end
"""
# KEYS: buckets; ARGV: microseconds between two and the burst, for each. Returns which bucket keeps it back, and for how long.
_TAKE = f"""{_NOW}
local longest, which = 0, 0
for i, key in ipairs(KEYS) do
    local wait = full_at(key) - (ARGV[2 * i] - 1) * ARGV[2 * i - 1] - now
    if wait > longest then longest, which = wait, i end
end
if which == 0 then
    for i, key in ipairs(KEYS) do keep(key, math.max(full_at(key), now) + ARGV[2 * i - 1]) end
end
return {{which, math.ceil(longest)}}
"""
# KEYS: a bucket; ARGV: microseconds between two, the burst, microseconds for which it has no token.
_SHUT = f"""{_NOW}
keep(KEYS[1], math.max(full_at(KEYS[1]), now + ARGV[3] + (ARGV[2] - 1) * ARGV[1]))
"""


class SharedLimiter:
    """See `ventanilla.pace.Limiter`. Connects when first asked. It keeps nobody from sending: without Redis the pace is kept by
    each process for itself, which is told once."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = willing_client(url, seconds=ANSWER_SECONDS)
        self._take, self._shut = self._client.register_script(_TAKE), self._client.register_script(_SHUT)
        self._alone = LocalLimiter(clock)
        self._ask = WhileThere(away="pace_kept_alone", back="pace_shared_again", clock=clock).ask

    def take(self, paces: Sequence[Pace]) -> Wait | None:
        """See `Limiter`."""
        keys = [f"{NAMESPACE}:{pace.key}" for pace in paces]
        numbers = [number for pace in paces for number in _numbers(pace)]
        answer = self._ask(lambda: self._take(keys=keys, args=numbers))
        if answer is None:
            return self._alone.take(paces)
        which, wait = answer
        return Wait(key=paces[which - 1].key, seconds=wait / _MICRO) if which else None

    def shut(self, pace: Pace, seconds: float) -> None:
        """See `Limiter`."""
        self._alone.shut(pace, seconds)
        numbers = [*_numbers(pace), round(seconds * _MICRO)]
        self._ask(lambda: self._shut(keys=[f"{NAMESPACE}:{pace.key}"], args=numbers))

    def close(self) -> None:
        """Let go of connections. Never raises."""
        self._client.close()


def _numbers(pace: Pace) -> tuple[int, int]:
    return round(pace.seconds * _MICRO), pace.burst
