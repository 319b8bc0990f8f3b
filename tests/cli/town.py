"""A house with customers for the commands' tests: a real file, a real store, cases that the real router made."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cli.applying import apply_file
from cli.context import fresh_context
from cli.main import main
from config.load import load_config
from router.house import House, open_house
from router.reading import Readers
from router.service import Router, route_item
from tests.servers.stores import open_knowing
from ventanilla.channel import Attachment, Batch, Message, Party, RawItem, Screening
from ventanilla.errors import BadMessage
from ventanilla.store.engine import Store
from ventanilla.store.inbox import commit_batch
from ventanilla.words import InboxState, Verdict

FILE = """
[service]
name = "Ferretería Sol"
data_dir = "."
timezone = "Europe/Madrid"

[store]
url = "{store}"

[channels.soporte]
kind = "email"
mode = "{mode}"
team = "atencion"
address = "soporte@example.com"
imap = {{ host = "127.0.0.1", port = 1, security = "none", user = "soporte", password = {{ file = "secret" }} }}
smtp = {{ host = "127.0.0.1", port = 1, security = "none" }}

[teams.atencion]
members = ["ana", "luis"]
duty = ["marta"]

[agents.ana]
email = "ana@example.com"
capacity = 3

[agents.luis]
email = "luis@example.com"
capacity = 3

[agents.marta]
name = "Marta Ruiz"
email = "marta@example.com"

[calendars.madrid]
hours = {{ mon-fri = ["09:00-14:00", "15:00-18:00"] }}

[promises.normal]
first_response = {{ within = "1h", target = 90 }}
{more}"""


def read_letter(raw: bytes) -> Message:
    """What these tests' items are: JSON that names its own Message."""
    try:
        told = json.loads(raw)
    except ValueError:
        raise BadMessage("not JSON") from None
    customer = Party(address=told["from"], name=told.get("name", ""))
    files = [
        Attachment(filename=name, content_type="text/plain", content=text.encode()) for name, text in told["files"]
    ]
    return Message(
        author=customer,
        customer=customer,
        external_id=told["id"],
        to=(Party(address="soporte@example.com"),),
        subject=told["subject"],
        text=told["text"],
        reply_text=told["text"],
        in_reply_to=tuple(told["answers"]),
        sent_at=datetime(2026, 1, 1, tzinfo=UTC),
        attachments=tuple(files),
        screening=Screening(verdict=Verdict(told["verdict"]), reason=told["reason"]),
    )


@dataclass(slots=True)
class Reader:
    """`read_letter`, which may have a bug for a while."""

    has_a_bug: bool = False

    def __call__(self, raw: bytes) -> Message:
        if self.has_a_bug:
            raise BadMessage("its reader stumbled")
        return read_letter(raw)


@dataclass(slots=True)
class Town:
    """The house of FILE on a store, and whoever writes to it."""

    store: Store
    config: Path
    router: Router
    reader: Reader = field(default_factory=Reader)
    _items: int = 0
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def house(self) -> House:
        return self.router.house

    def letter(
        self, sender: str, *, subject: str = "Pedido", text: str = "¿Cuándo llega?", answers: str = "", **more: Any
    ) -> bytes:
        """An item that `read_letter` understands; each has a Message-ID of its own."""
        self._items += 1
        told = {"id": f"<m{self._items}@client>", "files": [], "verdict": "accept", "reason": "", "name": ""}
        told |= {"from": sender, "subject": subject, "text": text, "answers": [answers] if answers else [], **more}
        return json.dumps(told).encode()

    def commit(self, raw: bytes, *, ago: timedelta = timedelta(0), imported: bool = False) -> int | None:
        """Put an item into the ledger; return its id if it wants routing."""
        self._items += 1
        at = self.now - ago
        item = RawItem(
            key=f"INBOX/1/{self._items}", raw=raw, received_at=at, identity=f"i{self._items}", imported=imported
        )
        batch = Batch(source="imap://soporte/INBOX", items=[item], checkpoint={"uid": self._items})
        ids = commit_batch(self.store, "soporte", batch, lease=None, now=at)
        return ids[0] if ids else None

    def route(self, row_id: int | None) -> InboxState | None:
        """Route one item as a worker would."""
        assert row_id is not None
        return route_item(self.router, row_id)

    def write(self, sender: str, *, ago: timedelta = timedelta(0), **letter: Any) -> int:
        """A customer writes, and it is routed; return the item's id."""
        row_id = self.commit(self.letter(sender, **letter), ago=ago)
        self.route(row_id)
        assert row_id is not None
        return row_id

    def run(self, *arguments: str) -> int:
        """Run a command in this process on this house's file; return its exit code."""
        with fresh_context(), patch("config.opening.open_store", open_knowing):
            return main(["--config", str(self.config), *arguments])


def build_town(store: Store, folder: Path, *, mode: str = "live", more: str = "") -> Town:
    """Write the file beside the store, put it in force, and open the house."""
    url = store.engine.url.render_as_string(hide_password=False)
    config = folder / "ventanilla.toml"
    (folder / "secret").write_text("s3cret", encoding="utf-8")
    config.write_text(FILE.format(store="sqlite" if store.is_sqlite else url, mode=mode, more=more), encoding="utf-8")
    loaded = load_config(config)
    now = datetime.now(UTC)
    apply_file(store, loaded, now=now)
    with store.write() as connection:
        house = open_house(connection, loaded.config, now=now)
    reader = Reader()
    router = Router(store=store, house=house, readers=Readers({"soporte": reader}, {}), clock=lambda: datetime.now(UTC))
    return Town(store, config, router, reader)
