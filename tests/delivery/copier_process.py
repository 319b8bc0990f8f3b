"""A process that keeps the copies of `soporte`, to be killed in the middle: STORE_URL BLOBS IMAP_PORT NOW."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from config.secrets import Secret
from config.servers import ImapServer
from connectors.copying import Copier
from connectors.imap_email.connection import Login
from connectors.imap_email.sent_copy import SentCopies
from ventanilla.store.engine import open_store

url, blobs, port, now = sys.argv[1:]
copier = Copier(
    channel="soporte",
    store=open_store(url, Path(blobs)),
    make=lambda: SentCopies(
        ImapServer(host="127.0.0.1", port=int(port), security="none"),
        Login(user="soporte", password=Secret(literal="pw")),
        address="soporte@example.com",
        name="Ferretería Sol",
    ),
    clock=lambda: datetime.fromisoformat(now),
)
copier.copy_due()
