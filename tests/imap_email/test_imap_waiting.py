"""New mail is noticed at once where the server tells of it, and never waits for ever where the network does not."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from tests.imap_email.mailbox import Mailbox, mail
from tests.servers.dovecot import Dovecot
from tests.servers.ports import wait_until
from tests.servers.proxy import Proxy
from ventanilla.errors import Temporary


def _seconds(work: Callable[[], object]) -> float:
    before = time.monotonic()
    work()
    return time.monotonic() - before


def test_mail_is_noticed_within_a_second_of_its_delivery(dovecot: Dovecot, mailbox: Mailbox) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)
    latencies = []
    for number in range(3):
        delivered: list[float] = []

        def deliver(name: str = f"mail {number}", into: list[float] = delivered) -> None:
            dovecot.deliver("soporte", mail(name))
            into.append(time.monotonic())

        delivery = threading.Timer(0.2, deliver)
        delivery.start()
        source.wait(60)
        mailbox.ledger.pull(source)
        noticed = time.monotonic()
        delivery.join()
        assert mailbox.subjects()[-1] == f"mail {number}"
        latencies.append(noticed - delivered[0])

    # Half a second of it is dovecot's own; a busy machine may spoil one of the three.
    assert min(latencies) < 5
    assert max(latencies) < 15


def test_mail_that_arrives_between_the_last_look_and_the_wait_is_noticed_at_once(
    dovecot: Dovecot, mailbox: Mailbox
) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)
    for number in range(5):
        dovecot.deliver("soporte", mail(f"mail {number}"))

        took = _seconds(lambda: source.wait(30))
        mailbox.ledger.pull(source)

        assert took < 15
        assert mailbox.subjects()[-1] == f"mail {number}"


@pytest.mark.parametrize("command", [b" UID SEARCH ", b" UID FETCH "])
def test_mail_that_the_server_tells_of_in_its_answer_to_another_command_is_noticed_at_once(
    command: bytes, dovecot: Dovecot, mailbox: Mailbox
) -> None:
    # given a mail arrives while the last one is being searched for or fetched: IDLE does not tell of it any more
    late = ["late"]

    def deliver(line: bytes) -> bytes | None:
        if command in line and late:
            dovecot.deliver("soporte", mail(late.pop()))
        return None

    with Proxy(dovecot.port) as proxy:
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)
        dovecot.deliver("soporte", mail("first"))
        proxy.on_line = deliver
        mailbox.ledger.pull(source)
        assert late == []

        took = _seconds(lambda: source.wait(30))
        mailbox.ledger.pull(source)

        assert took < 15
        assert mailbox.subjects() == ["first", "late"]
        assert _seconds(lambda: source.wait(1)) >= 1  # and nobody is hammered afterwards
        source.close()


@pytest.mark.fault(11)
def test_a_session_killed_during_idle_is_noticed_and_replaced(dovecot: Dovecot, mailbox: Mailbox) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)
    death = threading.Timer(0.3, dovecot.kill_sessions)
    death.start()

    took = _seconds(lambda: source.wait(30))
    death.join()
    dovecot.deliver("soporte", mail("after"))
    mailbox.ledger.pull(source)

    assert took < 15
    assert mailbox.subjects() == ["after"]


@pytest.mark.fault(11)
def test_a_server_that_hangs_up_at_every_wait_is_not_hammered(dovecot: Dovecot, mailbox: Mailbox) -> None:
    def hang_up(line: bytes) -> bytes | None:
        if line.rstrip().endswith(b" IDLE"):
            dovecot.kill_sessions()
        return None

    with Proxy(dovecot.port, on_line=hang_up) as proxy:
        source = mailbox.source(port=proxy.port)
        took = []
        for _ in range(4):
            mailbox.ledger.pull(source)
            took.append(_seconds(lambda: source.wait(30)))

        assert 0.8 < took[3] < 25
        source.close()


@pytest.mark.fault(11)
def test_a_connection_that_went_dead_without_a_word_is_given_up(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with Proxy(dovecot.port) as proxy:
        source = mailbox.source(port=proxy.port, answer_seconds=0.5)
        mailbox.ledger.pull(source)
        proxy.freeze()

        took = _seconds(lambda: source.wait(0.2))
        with pytest.raises(Temporary, match="did not answer in time"):
            mailbox.ledger.pull(source)
        proxy.thaw()
        dovecot.deliver("soporte", mail("after"))
        mailbox.ledger.pull(source)

        assert took < 25
        assert mailbox.subjects() == ["after"]
        source.close()


@pytest.mark.fault(11)
def test_a_dead_connection_between_pulls_is_replaced_within_the_pull(dovecot: Dovecot, mailbox: Mailbox) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)
    dovecot.deliver("soporte", mail("after"))
    dovecot.kill_sessions()

    mailbox.ledger.pull(source)

    assert mailbox.subjects() == ["after"]


def test_a_server_without_idle_is_asked_again_when_the_time_is_over(dovecot: Dovecot, mailbox: Mailbox) -> None:
    with Proxy(dovecot.port) as proxy:
        proxy.on_answer = lambda data: data.replace(b" IDLE ", b" NODI ")
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)
        dovecot.deliver("soporte", mail("hello"))

        took = _seconds(lambda: source.wait(0.5))
        mailbox.ledger.pull(source)

        assert 0.4 < took < 15
        assert mailbox.subjects() == ["hello"]
        assert not any(line.rstrip().endswith(b" IDLE") for line in proxy.lines)
        source.close()


def test_a_server_that_offers_idle_and_refuses_it_is_polled(dovecot: Dovecot, mailbox: Mailbox) -> None:
    def refuse(line: bytes) -> bytes | None:
        return line.split()[0] + b" NO not today\r\n" if line.rstrip().endswith(b" IDLE") else None

    with Proxy(dovecot.port, on_line=refuse) as proxy:
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)

        assert 0.2 < _seconds(lambda: source.wait(0.3)) < 2
        assert 0.2 < _seconds(lambda: source.wait(0.3)) < 2
        assert proxy.connections == 1
        assert sum(line.rstrip().endswith(b" IDLE") for line in proxy.lines) == 1
        source.close()


def test_a_change_told_in_the_same_packet_as_the_go_ahead_is_seen(mailbox: Mailbox, dovecot: Dovecot) -> None:
    with Proxy(dovecot.port) as proxy:
        source = mailbox.source(port=proxy.port)
        mailbox.ledger.pull(source)
        proxy.on_answer = lambda data: data.replace(b"+ idling\r\n", b"+ idling\r\n* 7 EXISTS\r\n")

        assert _seconds(lambda: source.wait(30)) < 2
        source.close()


def test_keep_alive_is_on_so_that_the_system_notices_a_dead_peer(dovecot: Dovecot, mailbox: Mailbox) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)

    assert source._client is not None
    assert source._client.socket().getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1


def test_nothing_is_left_connected_after_close(dovecot: Dovecot, mailbox: Mailbox) -> None:
    source = mailbox.source()
    mailbox.ledger.pull(source)
    assert dovecot.sessions() == 1

    source.close()

    wait_until(lambda: dovecot.sessions() == 0, what="the end of the session")
