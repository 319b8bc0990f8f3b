"""A mail server that announces more than any mail may have: the connection is let go of before anything of it is read."""

from __future__ import annotations

import imaplib
import socket
import threading
from collections.abc import Iterator

import pytest

from config.servers import MailServer
from connectors.imap_email.bounded import LARGEST_LITERAL
from connectors.imap_email.connection import connect, hang_up
from connectors.imap_email.fetching import Limits
from connectors.imap_email.tls import blind_context


class Boaster:
    """Greets, and answers each command with a literal of `size` bytes, `gives` of which it sends; at first only if not honest."""

    def __init__(self) -> None:
        self.size, self.gives, self.is_honest_at_first = 0, 0, True
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                talk.write(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
                talk.flush()
                for line in talk:
                    tag = line.split(b" ")[0]
                    if self.is_honest_at_first and b"CAPABILITY" in line:
                        talk.write(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                        talk.flush()
                        continue
                    talk.write(b"* 1 FETCH (UID 1 BODY[] {%d}\r\n" % self.size + b"x" * self.gives)
                    if self.gives < self.size:
                        break
                    talk.write(b")\r\n" + tag + b" OK done\r\n")
                    talk.flush()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


@pytest.fixture
def server() -> Iterator[Boaster]:
    boaster = Boaster()
    yield boaster
    boaster.close()


@pytest.mark.parametrize("size", [LARGEST_LITERAL + 1, 10**12, 10**30])
def test_a_literal_beyond_any_mail_is_not_read(server: Boaster, size: int) -> None:
    server.size, server.gives = size, 1000
    client = connect(MailServer(host="127.0.0.1", port=server.port, security="none"), blind_context(), seconds=30)
    try:
        with pytest.raises(imaplib.IMAP4.abort, match="announces"):
            client.noop()
    finally:
        hang_up(client)


def test_nor_is_one_before_anybody_has_logged_in(server: Boaster) -> None:
    server.size, server.is_honest_at_first = 10**12, False

    with pytest.raises(imaplib.IMAP4.error, match="announces"):
        connect(MailServer(host="127.0.0.1", port=server.port, security="none"), blind_context(), seconds=30)


def test_a_literal_of_an_ordinary_size_is(server: Boaster) -> None:
    server.size = server.gives = 100_000
    client = connect(MailServer(host="127.0.0.1", port=server.port, security="none"), blind_context(), seconds=30)
    try:
        assert client._imap.noop()[0] == "OK"
    finally:
        hang_up(client)


def test_the_bound_is_that_of_a_mail() -> None:
    assert Limits().largest < LARGEST_LITERAL <= 2 * Limits().largest
