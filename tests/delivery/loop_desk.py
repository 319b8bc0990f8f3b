"""A store with one case and a delivery loop on it, whose provider does what it is told."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from connectors.deliver import Deliverer
from tests.store.rows import NOW, add_case, add_house, add_inbox, add_message
from ventanilla.channel import Outgoing, Sent
from ventanilla.store.engine import Store
from ventanilla.store.outbox import Letter, put_letter
from ventanilla.store.tables import outbox
from ventanilla.words import DeliveryState, OutboxKind


@dataclass
class Provider:
    """A sender that does what it is told, one answer a time, and then takes everything."""

    answers: list[Exception | Sent] = field(default_factory=list)
    repeats: bool = False
    got: list[Outgoing] = field(default_factory=list)
    looked_up: list[Outgoing] = field(default_factory=list)
    blocked: threading.Event | None = None

    def send(self, outgoing: Outgoing) -> Sent:
        self.got.append(outgoing)
        if self.blocked is not None:
            self.blocked.wait(60)
        answer = self.answers.pop(0) if self.answers else Sent(external_id=f"id/{outgoing.id}")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def find(self, outgoing: Outgoing) -> Sent | None:
        self.looked_up.append(outgoing)
        return None

    def close(self) -> None:
        """Nothing to let go of."""


@dataclass
class Desk:
    """A store with one case, a delivery loop on it, and a clock that is moved by hand."""

    store: Store
    provider: Provider = field(default_factory=Provider)
    now: Any = NOW
    failed: list[tuple[int, str]] = field(default_factory=list)
    told: list[tuple[str, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.store.write() as connection:
            add_house(connection)
            add_case(connection, 1, "ana", address="eva@example.org", channel="soporte")
            add_inbox(connection, 1)
            add_message(connection, 1, inbox_id=1)
        self.loop = self.deliverer()

    def deliverer(self, **changes: Any) -> Deliverer:
        parts: dict[str, Any] = {
            "store": self.store,
            "senders": {"soporte": lambda: self.provider},
            "still_wanted": lambda *_: None,
            "failed": self.note_failed,
            "tell_trouble": lambda _, *said: self.told.append(said),
            "clock": lambda: self.now,
        }
        return Deliverer(**{**parts, **changes})

    def note_failed(self, connection: sa.Connection, row: sa.Row[Any], _: object) -> None:
        state = connection.scalar(sa.select(outbox.c.state).where(outbox.c.id == row.id))
        self.failed.append((row.id, str(state)))

    def put(self, occasion: str = "a", **changes: Any) -> int:
        letter = {
            "kind": OutboxKind.REPLY,
            "dedupe_key": occasion,
            "via": "soporte",
            "recipient": "eva@example.org",
            "payload": {"text": "Hola"},
            "conversation_id": 1,
            **changes,
        }
        with self.store.write() as connection:
            row_id = put_letter(connection, Letter(**letter), now=self.now)
        assert row_id is not None
        return row_id

    def row(self, row_id: int) -> sa.Row[Any]:
        with self.store.read() as connection:
            return connection.execute(sa.select(outbox).where(outbox.c.id == row_id)).one()

    def count(self, state: DeliveryState, via: str) -> int:
        query = sa.select(sa.func.count()).where(outbox.c.state == state, outbox.c.via == via)
        with self.store.read() as connection:
            return int(connection.scalar(query) or 0)

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)
        self.loop.deliver_due()
