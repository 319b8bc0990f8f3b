"""A queue that Redis Sentinel watches: its address, what `check` says of it, and a master that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.links import Link
from tests.queue.conftest import Workers
from tests.servers.certificates import make_certificate
from tests.servers.ports import wait_until
from tests.servers.sentinels import DATABASE, NAME, Watched
from ventanilla.errors import BadInput, Temporary
from ventanilla.queue import backlog, build_broker, describe_queue, enqueue
from ventanilla.queue.looking import Looking
from ventanilla.queue_address import parse_watched


def test_an_address_of_sentinels_is_taken_apart() -> None:
    found = parse_watched(
        "rediss+sentinel://u:p%40ss@one,two:26380,[::1]:5/the%20queue/3?sentinel_password=s&ssl_ca_certs=/ca.pem"
    )

    assert found.sentinels == (("one", 26379), ("two", 26380), ("::1", 5))
    assert (found.name, found.database, found.is_encrypted) == ("the queue", 3, True)
    assert (found.username, found.password, found.sentinel_password) == ("u", "p@ss", "s")
    assert dict(found.tls) == {"ssl_ca_certs": "/ca.pem"}
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis+sentinel://one:26379", "the name that the sentinels know"),
        ("redis+sentinel://one:26379/queue/three", 'number of a database behind the name, got "three"'),
        ("redis+sentinel://one:port/queue", 'host:port, separated by commas, got "one:port"'),
        ("redis+sentinel://one,/queue", 'separated by commas, got ""'),
        ("redis+sentinel://:geheim@one/queue?ssl_ca_certs=/x", "ssl_ca_certs is not known .* with rediss"),
        ("redis+sentinel://:geheim@[one/queue", r'separated by commas, got "\[one"'),
    ],
)
def test_an_address_that_cannot_be_is_refused_without_its_password(url: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        build_broker(url)

    assert "geheim" not in str(caught.value)


def test_both_passwords_of_an_address_are_hidden() -> None:
    shown = Link("rediss+sentinel://u:geheim@one:26379,two/queue/0?sentinel_password=geheim&ssl_ca_certs=/ca").masked()

    assert shown == "rediss+sentinel://u:***@one:26379,two/queue/0?sentinel_password=***&ssl_ca_certs=/ca"


def test_what_answers_is_named(valkey: str) -> None:
    assert describe_queue(valkey).startswith("Valkey ")


def test_sentinels_that_are_away_are_told_without_a_long_wait() -> None:
    with pytest.raises(Temporary, match="No master found for 'queue'"):
        describe_queue("redis+sentinel://127.0.0.1:1,127.0.0.1:2/queue/0")


@pytest.mark.faults
def test_with_passwords_and_tls_the_master_is_found_and_what_watches_it_is_said(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "certificates")
    with Watched(tmp_path / "r", password="geheim", sentinel_password="auch", certificate=certificate) as servers:
        told = describe_queue(servers.url)

        assert f'master 127.0.0.1:{servers.ports[0]} of "{NAME}": 1 replica, 3 sentinels (quorum 2)' in told
        assert "3 of the 3 named here answer" in told
        with pytest.raises(Temporary):
            describe_queue(servers.url.replace("geheim", "falsch"))
        # and a replica's own address is told for what it is
        replica = f"rediss://:geheim@127.0.0.1:{servers.ports[1]}/{DATABASE}?ssl_ca_certs={certificate.ca}"
        with pytest.raises(Temporary, match="a replica answers here"):
            describe_queue(replica)


@pytest.mark.faults
def test_when_the_master_is_killed_everything_goes_on_with_the_next_one(tmp_path: Path) -> None:
    with Watched(tmp_path / "r") as servers:
        broker = build_broker(servers.url)
        workers = Workers(servers.url, tmp_path / "book")
        try:
            workers.start("w", threads=2)
            enqueue(broker, range(1, 101), chunk=1)
            wait_until(lambda: set(workers.done()) >= set(range(1, 101)), what="the first hundred")
            looking = Looking(servers.url)
            old = servers.master()

            servers.kill(old)
            wait_until(lambda: servers.master() not in (0, old), seconds=90, what="another master")

            # then a client that held the old one's connections, and a worker that waited on it, both find the new one
            wait_until(lambda: _is_taken(broker), seconds=60, what="the new master taking messages")
            enqueue(broker, range(101, 201), chunk=1)
            wait_until(lambda: set(workers.done()) >= set(range(101, 201)), seconds=60, what="the second hundred")
            wait_until(lambda: backlog(broker) == 0, what="an empty queue")
            looking.here(7, "ana", is_writing=False)
            wait_until(lambda: _is_seen(looking), seconds=60, what="who looks, by the new master")
            looking.close()
        finally:
            workers.end()
            broker.client.close()


def _is_taken(broker: object) -> bool:
    try:
        enqueue(broker, [1000])  # type: ignore[arg-type]
    except Temporary:
        return False
    return True


def _is_seen(looking: Looking) -> bool:
    looking.here(7, "ana", is_writing=False)
    return [one.agent for one in looking.who(7)] == ["ana"]
