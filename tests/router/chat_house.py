"""The small house with a chat bot and phone numbers: messages are made by hand and handed over as a connector would."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cli.applying import apply_file
from router.house import open_house
from router.reading import Readers
from router.service import Router, route_item
from tests.faults.audited import audited
from tests.router.house_for_tests import House
from ventanilla.channel import Batch, Message, Party, RawItem
from ventanilla.store.inbox import commit_batch
from ventanilla.store.tables import outbox
from ventanilla.words import AddressKind, InboxState, OutboxKind

CHANNELS = """
[channels.chat]
kind = "telegram"
mode = "{chat_mode}"
team = "atencion"
token = "7000:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
{chat}

[channels.telefono]
kind = "twilio"
mode = "live"
team = "{phone_team}"
account_sid = "AC00000000000000000000000000000000"
auth_token = "x"
numbers = ["+34910000000"]
whatsapp = ["+34910000001"]
calls = true
{phone}
"""
DEFAULTS = {"chat_mode": "live", "chat": "", "phone_team": "atencion", "phone": ""}
BOT, NUMBER, WHATSAPP = "7000", "+34910000000", "whatsapp:+34910000001"
LUCIA, LUCIA_PHONE = "5511", "+34600111222"


@dataclass
class ChatHouse(House):
    """The house; what comes in is a `Message` made by hand, which its reader gives back."""

    said: dict[bytes, Message] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def apply(self, **settings: str) -> None:
        self.settings |= settings
        more = CHANNELS.format(**{**DEFAULTS, **{k: v for k, v in self.settings.items() if k in DEFAULTS}})
        self.settings["more"] = self.settings.get("rest", "") + more
        self.loaded = self.load()
        apply_file(self.store, self.loaded, now=self.now)
        with self.store.write() as connection:
            house = open_house(connection, self.loaded.config, now=self.now)
        names = ("soporte", "chat", "telefono")
        readers = Readers(dict.fromkeys(names, lambda raw: self.said[raw]), {})
        self.router = Router(store=self.store, house=house, readers=readers, clock=lambda: self.now)

    def put(self, channel: str, message: Message, *, received: datetime | None = None) -> int:
        """Into the ledger; return the row's id."""
        number = next(self._numbers)
        raw = f"item {number}".encode()
        self.said[raw] = message
        item = RawItem(key=str(number), raw=raw, received_at=received or self.now, size=len(raw))
        batch = Batch(source=channel, items=[item], checkpoint={"last": number})
        (row_id,) = commit_batch(self.store, channel, batch, lease=None, now=self.now)
        return row_id

    def take(self, channel: str, message: Message, *, received: datetime | None = None) -> InboxState | None:
        """Commit and route at once; return what became of it."""
        return route_item(self.router, self.put(channel, message, received=received))

    def letters(self, kind: OutboxKind) -> Sequence[sa.Row[Any]]:
        return self.rows(outbox, lambda table: table.c.kind == kind)

    def is_sound(self) -> bool:
        return audited(self.store, now=self.now)


_ids = itertools.count(1)


def chat(text: str = "Hola", *, user: str = LUCIA, **more: Any) -> Message:
    """A message to the customers' bot."""
    who = Party(address=user, name=more.pop("name", "Lucía"), kind=AddressKind.TELEGRAM)
    values = {"external_id": f"{BOT}/{user}/{next(_ids)}", "account": BOT, "medium": "telegram"}
    return _message(who, text, **{**values, **more})


def sms(text: str = "Hola", *, number: str = LUCIA_PHONE, **more: Any) -> Message:
    """A text message; with another `account` and `medium` a WhatsApp message or a call."""
    who = Party(address=number, kind=AddressKind.PHONE)
    values = {"external_id": f"SM{next(_ids):08}", "account": NUMBER, "medium": "sms"}
    return _message(who, text, **{**values, **more})


def whatsapp(text: str = "Hola", **more: Any) -> Message:
    return sms(text, account=WHATSAPP, medium="whatsapp", **more)


def missed_call(**more: Any) -> Message:
    return sms("Llamada perdida", medium="call", **more)


def letter(text: str = "¿Cuándo llega?", *, sender: str = "lucia@clientes.example", **more: Any) -> Message:
    """A mail, read already."""
    who = Party(address=sender, name="Lucía")
    values = {"external_id": f"<{next(_ids)}@c.example>", "subject": "Mi pedido"}
    return Message(author=who, customer=who, text=text, reply_text=text, **{**values, **more})


def _message(who: Party, text: str, **values: Any) -> Message:
    return Message(author=who, customer=who, text=text, reply_text=text, conversational=True, **values)
