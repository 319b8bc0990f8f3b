"""A shop to measure: a real mail server, the installed service in its own processes, and its stamps read from the store."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from random import Random

import sqlalchemy as sa
from imapclient import IMAPClient

from ventanilla.store.engine import Store, open_store
from ventanilla.store.tables import inbox
from ventanilla.words import InboxState

TOML = """
[service]
name = "Bench"
data_dir = "var"
timezone = "Europe/Madrid"

[store]
url = "{store}"

[channels.soporte]
kind = "email"
mode = "live"
start = "all"
team = "atencion"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = {imap}, security = "none", user = "{user}", password = {{ file = "secret" }} }}
smtp = {{ host = "127.0.0.1", port = {smtp}, security = "none", user = "{user}", password = {{ file = "secret" }} }}

[teams.atencion]
members = [{members}]
duty = ["agent0"]
"""
AGENT = """
[agents.agent{number}]
email = "agent{number}@example.com"
capacity = 10000
"""
AGENTS = 12
PICTURE_EVERY = 10


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Where the mails are."""

    imap: int
    smtp: int
    user: str
    password: str

    def append(self, mails: Sequence[bytes]) -> None:
        """Put mails into the inbox, as fast as the server takes them."""
        with IMAPClient("127.0.0.1", self.imap, ssl=False) as client:
            client.login(self.user, self.password)
            for mail in mails:
                client.append("INBOX", mail)


@dataclass(frozen=True, slots=True)
class Running:
    """The service while it runs: its supervisor's process id, a view of its store, and when it was started (monotonic)."""

    pid: int
    store: Store
    folder: Path
    began: float

    def said(self, what: str) -> bool:
        """Whether its log has this text by now."""
        return what in (self.folder / "log").read_text()


def write_shop(folder: Path, mailbox: Mailbox, *, store_url: str) -> Path:
    """The shop's configuration file in a folder of its own: twelve agents, everything that comes in is answered and told."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text(mailbox.password)
    (folder / "secret").chmod(0o600)
    members = ", ".join(f'"agent{number}"' for number in range(AGENTS))
    text = TOML.format(store=store_url, imap=mailbox.imap, smtp=mailbox.smtp, user=mailbox.user, members=members)
    path = folder / "ventanilla.toml"
    path.write_text(text + "".join(AGENT.format(number=number) for number in range(AGENTS)))
    return path


def command(folder: Path, *words: str) -> list[str]:
    """The command line of the installed service in that folder."""
    return [sys.executable, "-P", "-m", "cli", "--config", str(folder / "ventanilla.toml"), *words]


def environment() -> dict[str, str]:
    """Our own, without what would make each process compile every module anew."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@contextmanager
def service(folder: Path, mailbox: Mailbox, *, store_url: str = "sqlite") -> Iterator[Running]:
    """The running service (`ventanilla up`) on a folder of its own. Raises TimeoutError with what it said last."""
    write_shop(folder, mailbox, store_url=store_url)
    url = f"sqlite:///{folder / 'var' / 'ventanilla.db'}" if store_url == "sqlite" else store_url
    began = time.monotonic()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command(folder, "up"), stdout=log, stderr=log, env=environment())
    store = open_store(url, folder / "var" / "blobs")
    try:
        yield Running(process.pid, store, folder, began)
    except TimeoutError as error:
        raise TimeoutError(f"{error}; the service said last:\n{(folder / 'log').read_text()[-2000:]}") from None
    finally:
        store.close()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def routed(store: Store) -> int:
    """How many mails have a responsible person by now; 0 while there is no store yet."""
    query = sa.select(sa.func.count()).select_from(inbox).where(inbox.c.state == InboxState.ROUTED)
    try:
        with store.read() as connection:
            return int(connection.scalar(query) or 0)
    except Exception:  # the tables are being made
        return 0


def wait_for(store: Store, count: int, *, seconds: float, step: float = 0.02) -> None:
    """Until so many are routed, asked every `step` seconds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while (done := routed(store)) < count:
        if time.monotonic() > end:
            raise TimeoutError(f"{done} of {count} mails routed in {seconds:.0f} s")
        time.sleep(step)


def sample_mails(count: int, *, first: int = 0) -> list[bytes]:
    """Mails of so many customers, every tenth with a 20 KB picture."""
    return [sample_mail(number, attachment=number % PICTURE_EVERY == 0) for number in range(first, first + count)]


def sample_mail(number: int, *, attachment: bool = False) -> bytes:
    """A small mail from a sample customer of its own; about 2 KB, with a 20 KB picture if asked."""
    mail = EmailMessage()
    mail["From"] = f"Cliente {number} <cliente{number}@clientes.example>"
    mail["To"] = "soporte@example.com"
    mail["Subject"] = f"Consulta número {number}"
    mail["Message-ID"] = f"<bench-{number}-{time.monotonic_ns()}@clientes.example>"
    mail["Date"] = "Mon, 23 Nov 2026 10:00:00 +0100"
    mail.set_content("Buenos días, quería saber cuándo llega mi pedido. Gracias.\n" * 20)
    if attachment:
        picture = Random(number).randbytes(20_000)
        mail.add_attachment(picture, maintype="image", subtype="png", filename="foto.png")
    return mail.as_bytes()
