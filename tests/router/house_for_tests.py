"""A small house on a real store: its TOML, its people, and mail handed to the router as a connector would commit it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from cli.applying import apply_file
from config.load import Loaded, load_config
from router.house import open_house
from router.service import Router, route_item
from ventanilla.channel import Batch, RawItem
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch
from ventanilla.store.tables import outbox
from ventanilla.words import InboxState, OutboxKind
from worker import build_readers

MONDAY_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # ten in the morning in Madrid

TOML = """
[service]
name = "Ferretería Sol"
data_dir = "{data_dir}"
language = "es"
timezone = "Europe/Madrid"
{service}

[staff]
email = {{ channel = "soporte" }}
digest_to = ["marta"]
{staff}

[channels.soporte]
kind = "email"
mode = "{mode}"
team = "atencion"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = 1143, security = "none", user = "soporte", password = "x" }}
smtp = {{ host = "127.0.0.1", port = 1025, security = "none" }}
{channel}

[teams.atencion]
members = [{members}]
duty = ["marta"]
{team}

[agents.ana]
name = "Ana"
email = "ana@example.com"
capacity = {capacity}
notify = [{notify}]
{ana}

[agents.luis]
email = "luis@example.com"
capacity = {capacity}
notify = [{notify}]
{luis}

[agents.marta]
email = "marta@example.com"
notify = [{notify}]
{marta}

[calendars.madrid]
hours = {{ mon-fri = ["09:00-14:00", "15:00-18:00"] }}

[calendars.tardes]
hours = {{ mon-fri = ["15:00-21:00"] }}

[promises.normal]
calendar = "madrid"
first_response = {{ within = "1h" }}
{more}
"""
DEFAULTS = {
    "mode": "live",
    "service": "",
    "channel": "",
    "team": "",
    "members": '"ana", "luis"',
    "capacity": "8",
    "notify": '"email"',
    "staff": "",
    "ana": "",
    "luis": "",
    "marta": "",
    "more": "",
}


@dataclass
class House:
    """The house under test. Its clock stands still until `later` moves it."""

    store: Store
    folder: Path
    settings: dict[str, str] = field(default_factory=dict)
    now: datetime = MONDAY_TEN
    _uids: Any = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.apply()

    def apply(self, **settings: str) -> None:
        """Put the file in force, with these parts of it changed."""
        self.settings |= settings
        self.loaded = self.load()
        apply_file(self.store, self.loaded, now=self.now)
        with self.store.write() as connection:
            house = open_house(connection, self.loaded.config, now=self.now)
        readers = build_readers(self.loaded.config, house)
        self.router = Router(store=self.store, house=house, readers=readers, clock=lambda: self.now)

    def load(self) -> Loaded:
        path = self.folder / "ventanilla.toml"
        path.write_text(TOML.format(**{**DEFAULTS, "data_dir": self.folder / "var", **self.settings}), encoding="utf-8")
        return load_config(path, today=self.now.date())

    def later(self, **delta: float) -> datetime:
        self.now += timedelta(**delta)
        return self.now

    def commit(
        self, mail: bytes, *, received: datetime | None = None, note: str = "", identity: str | None = None
    ) -> int:
        """Into the ledger as a connector would; return the row's id."""
        uid = next(self._uids)
        item = RawItem(
            key=f"INBOX/1/{uid}",
            raw=mail,
            received_at=received or self.now,
            note=note,
            identity=identity,
            size=len(mail),
        )
        batch = Batch(source="imap://soporte@127.0.0.1:1143/INBOX", items=[item], checkpoint={"last_uid": uid})
        (row_id,) = commit_batch(self.store, "soporte", batch, lease=None, now=self.now)
        return row_id

    def receive(self, mail: bytes, **options: Any) -> InboxState | None:
        """Commit and route at once; return what became of it."""
        return route_item(self.router, self.commit(mail, **options))

    def rows(self, table: sa.Table, where: Callable[[sa.Table], Any] | None = None) -> list[sa.Row[Any]]:
        query = sa.select(table) if where is None else sa.select(table).where(where(table))
        with self.store.read() as connection:
            return list(connection.execute(query.order_by(*table.primary_key.columns)))


def letters(house: House, kind: OutboxKind) -> list[sa.Row[Any]]:
    return house.rows(outbox, lambda table: table.c.kind == kind)


def mail(
    *,
    sender: str = "Lucía Ejemplo <lucia@clientes.example>",
    to: str = "soporte@example.com",
    subject: str = "¿Cuándo llega mi pedido?",
    text: str = "Hola, ¿cuándo llega mi pedido? Gracias.",
    message_id: str | None = None,
    headers: dict[str, str] | None = None,
    attachment: bytes | None = None,
) -> bytes:
    """A mail as a customer's program would write it."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 09:59:00 +0100"
    if message_id is not None:
        message["Message-ID"] = message_id
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if attachment is not None:
        message.add_attachment(attachment, maintype="image", subtype="png", filename="foto.png")
    return message.as_bytes()
