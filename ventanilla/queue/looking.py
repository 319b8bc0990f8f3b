"""Who looks at a case just now and who is writing in it, on Redis, for every desk process; gone by itself after a moment.

Nothing depends on it: while Redis is away nobody is shown. Time is the Redis server's, so that machines need not agree on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ventanilla.queue.willing import WhileThere, willing_client

NAMESPACE = "ventanilla:looking"
LASTS, WRITES = 40, 12
"""Seconds for which somebody counts as looking, and as writing, after they were last heard of."""
MOST_CHANGES = 1_000
# A page waits for this answer: it must not wait for a Redis that is away.
ANSWER_SECONDS = 0.5
_NOW = "local now = tonumber(redis.call('TIME')[1])\n"
_HERE = f"""{_NOW}
local looks, writes, changes = KEYS[1], KEYS[2], KEYS[3]
local agent, writing, case = ARGV[1], ARGV[2] == '1', ARGV[3]
local since = redis.call('ZSCORE', looks, agent)
local wrote = redis.call('ZSCORE', writes, agent)
local was_here = since and tonumber(since) > now - {LASTS}
local was_writing = wrote and tonumber(wrote) > now - {WRITES}
redis.call('ZADD', looks, now, agent)
if writing then redis.call('ZADD', writes, now, agent) else redis.call('ZREM', writes, agent) end
redis.call('ZREMRANGEBYSCORE', looks, '-inf', now - {LASTS})
redis.call('ZREMRANGEBYSCORE', writes, '-inf', now - {WRITES})
redis.call('EXPIRE', looks, {2 * LASTS})
redis.call('EXPIRE', writes, {2 * LASTS})
if not was_here or (was_writing and true or false) ~= writing then
    redis.call('XADD', changes, 'MAXLEN', '~', {MOST_CHANGES}, '*', 'case', case)
end
return 1
"""
_GONE = f"""
local n = redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
if n == 1 then redis.call('XADD', KEYS[3], 'MAXLEN', '~', {MOST_CHANGES}, '*', 'case', ARGV[2]) end
return n
"""
_WHO = f"""{_NOW}
return {{redis.call('ZRANGEBYSCORE', KEYS[1], now - {LASTS}, '+inf'), redis.call('ZRANGEBYSCORE', KEYS[2], now - {WRITES}, '+inf')}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One of us who has a case open."""

    agent: str
    is_writing: bool


class Looking:
    """Connects when first asked. Never raises because of Redis: what it is not told it does not know."""

    def __init__(self, url: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client: Any = willing_client(url, seconds=ANSWER_SECONDS, decode=True)
        register = self._client.register_script
        self._here, self._gone, self._who = register(_HERE), register(_GONE), register(_WHO)
        self._ask = WhileThere(away="looking_unknown", back="looking_known_again", clock=clock).ask
        self._last = ""

    def here(self, case_id: int, agent: str, *, is_writing: bool) -> None:
        """This agent has the case open and is writing, or not. A repeat keeps it so for longer."""
        self._ask(lambda: self._here(keys=_keys(case_id), args=[agent, int(is_writing), case_id]))

    def gone(self, case_id: int, agent: str) -> None:
        """This agent has closed it."""
        self._ask(lambda: self._gone(keys=_keys(case_id), args=[agent, case_id]))

    def who(self, case_id: int) -> list[Present]:
        """Who has the case open now, by name; nobody while Redis is away."""
        answer = self._ask(lambda: self._who(keys=_keys(case_id)))
        looking, writing = answer or ([], [])
        return [Present(agent=agent, is_writing=agent in writing) for agent in sorted(looking)]

    def changed(self) -> Sequence[int]:
        """In which cases somebody came, went or began to write since the last call, of any process. The first call begins."""
        if not self._last:
            newest = self._ask(lambda: self._client.xrevrange(f"{NAMESPACE}:changes", count=1))
            if newest is not None:
                self._last = newest[0][0] if newest else "0-0"
            return ()
        found = self._ask(lambda: self._client.xrange(f"{NAMESPACE}:changes", min=f"({self._last}", count=MOST_CHANGES))
        if not found:
            return ()
        self._last = found[-1][0]
        return sorted({int(fields["case"]) for _, fields in found})

    def close(self) -> None:
        """Let go of connections. Never raises."""
        self._client.close()


def _keys(case_id: int) -> list[str]:
    return [f"{NAMESPACE}:case:{case_id}", f"{NAMESPACE}:writing:{case_id}", f"{NAMESPACE}:changes"]
