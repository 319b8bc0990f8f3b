"""The servers around what is measured: Debian's dovecot where it is installed, else the demo town's own; and where mail goes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from bench.shop import Mailbox
from demo.mail_town import MailTown

USER, PASSWORD = "soporte@example.com", "bench"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`fill` puts many mails into the mailbox at once, `deliver` one as the world's mail arrives. `pid` serves
    IMAP, `sink` takes what goes out."""

    name: str
    mailbox: Mailbox
    fill: Callable[[Sequence[bytes]], None]
    deliver: Callable[[bytes], None]
    pid: int
    sink: int


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A new one with an empty mailbox of the shop's, and an SMTP server that takes everything and forgets it."""
    with smtp_sink() as (smtp, sink):
        if shutil.which("dovecot") is None:
            with _town() as (town, pid):
                mailbox = Mailbox(town.imap_port, smtp, USER, PASSWORD)
                put = mailbox.append
                yield MailServer("the demo town's mail server", mailbox, put, lambda raw: put([raw]), pid, sink)
            return
        from tests.servers.dovecot import Dovecot

        with Dovecot() as dovecot:
            dovecot.user("soporte", PASSWORD)
            mailbox = Mailbox(dovecot.port, smtp, USER, PASSWORD)

            def fill(mails: Sequence[bytes]) -> None:
                dovecot.seed("soporte", mails, when=datetime.now(UTC).replace(microsecond=0))

            pid = int((dovecot.base / "run" / "master.pid").read_text())
            yield MailServer("dovecot", mailbox, fill, lambda raw: dovecot.deliver("soporte", raw), pid, sink)


@contextmanager
def smtp_sink() -> Iterator[tuple[int, int]]:
    """The port of an SMTP server that forgets what it takes, and its process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "bench.smtp_sink", str(port)])
    try:
        _wait(lambda: _answers(port), "the SMTP server")
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


@contextmanager
def _town() -> Iterator[tuple[MailTown, int]]:
    town = MailTown(
        mailboxes=[USER, "staff@example.com"],
        password=PASSWORD,
        smtp_port=free_port(),
        imap_port=free_port(),
        catch_all="staff@example.com",
    )
    process = subprocess.Popen(town.argv, stderr=subprocess.DEVNULL)
    try:
        _wait(town.is_ready, "the mail server")
        yield town, process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _wait(done: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 30
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} did not start")
        time.sleep(0.05)
