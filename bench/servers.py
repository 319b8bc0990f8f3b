"""The mail server to measure against: Debian's dovecot where it is installed, else the demo town's own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.shop import Mailbox
from demo.mail_town import MailTown

USER, PASSWORD = "soporte@example.com", "bench"


@contextmanager
def mail_server() -> Iterator[tuple[str, Mailbox]]:
    """Its name and the shop's mailbox on it. SMTP is always the demo town's."""
    with _town() as town:
        if shutil.which("dovecot") is None:
            yield "the demo town's mail server", Mailbox(town.imap_port, town.smtp_port, USER, PASSWORD)
            return
        from tests.servers.dovecot import Dovecot

        with Dovecot() as dovecot:
            dovecot.user("soporte", PASSWORD)
            yield "dovecot", Mailbox(dovecot.port, town.smtp_port, USER, PASSWORD)


@contextmanager
def _town() -> Iterator[MailTown]:
    town = MailTown(
        mailboxes=[USER, "staff@example.com"],
        password=PASSWORD,
        smtp_port=free_port(),
        imap_port=free_port(),
        catch_all="staff@example.com",
    )
    process = subprocess.Popen(town.argv, stderr=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while not town.is_ready():
            if time.monotonic() > end:
                raise TimeoutError("the mail server did not start")
            time.sleep(0.05)
        yield town
    finally:
        process.terminate()
        process.wait(timeout=20)


def free_port() -> int:
    """A loopback port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
