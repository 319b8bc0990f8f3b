"""Who looks at a case: known to every process while it is so, and to nobody when Redis is away."""

from __future__ import annotations

import redis

from tests.servers.ports import free_port
from ventanilla.queue import looking as module
from ventanilla.queue.looking import NAMESPACE, Looking, Present
from ventanilla.queue.willing import QUIET_SECONDS


def test_what_one_process_is_told_another_knows(valkey: str) -> None:
    one, other = Looking(valkey), Looking(valkey)
    assert other.changed() == ()

    one.here(7, "ana", is_writing=False)
    one.here(7, "luis", is_writing=True)
    one.here(8, "pau", is_writing=False)

    assert other.who(7) == [Present(agent="ana", is_writing=False), Present(agent="luis", is_writing=True)]
    assert other.changed() == [7, 8]
    one.here(7, "ana", is_writing=False)
    assert other.changed() == ()
    one.here(7, "ana", is_writing=True)
    assert other.changed() == [7]
    one.gone(7, "luis")
    one.gone(7, "luis")
    assert other.changed() == [7]
    assert other.who(7) == [Present(agent="ana", is_writing=True)]
    one.close()
    other.close()


def test_who_is_not_heard_of_for_a_while_is_gone(valkey: str) -> None:
    looking = Looking(valkey)
    looking.here(7, "ana", is_writing=True)
    with redis.Redis.from_url(valkey, decode_responses=True) as client:
        now = int(client.zscore(f"{NAMESPACE}:case:7", "ana"))
        client.zadd(f"{NAMESPACE}:writing:7", {"ana": now - module.WRITES - 1})
        assert looking.who(7) == [Present(agent="ana", is_writing=False)]
        client.zadd(f"{NAMESPACE}:case:7", {"ana": now - module.LASTS - 1})
        assert looking.who(7) == []
        assert 0 < client.ttl(f"{NAMESPACE}:case:7") <= 2 * module.LASTS
    looking.close()


def test_while_redis_is_away_nobody_is_there_and_it_is_not_asked_again_at_once() -> None:
    clock = [0.0]
    looking = Looking(f"redis://127.0.0.1:{free_port()}/0", clock=lambda: clock[0])
    looking.here(7, "ana", is_writing=False)

    assert (looking.who(7), looking.changed()) == ([], ())
    asked: list[str] = []
    looking._ask(lambda: asked.append("while it is quiet"))
    clock[0] = QUIET_SECONDS
    looking._ask(lambda: asked.append("after that"))
    assert asked == ["after that"]
    looking.close()
