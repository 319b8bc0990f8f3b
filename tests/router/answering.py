"""The house whose people answer customers from their bot: a chat of customers, phones that show what the bot wrote, and presses."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from connectors.deliver import Deliverer, still_theirs
from router.bounces import tell_of_failure
from router.permission import still_allowed
from router.reading import Readers
from router.replies.answered import note_reply_sent
from router.service import Router, route_item
from tests.router.chat_house import chat
from tests.router.staff_house import ANA, BOT, LUIS, STAFF, StaffHouse
from ventanilla.channel import Batch, Message, Outgoing, RawItem, Sent
from ventanilla.store.engine import Store
from ventanilla.store.events import Journal
from ventanilla.store.inbox import commit_batch
from ventanilla.store.tables import conversations, messages, outbox
from ventanilla.store.telegram_links import link_telegram
from ventanilla.words import STAFF_TELEGRAM, InboxState, OutboxKind

CUSTOMERS = """
[channels.chat]
kind = "telegram"
mode = "live"
team = "atencion"
token = "7000:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
acknowledge = { enabled = false }
"""
EVA = "5511"


@dataclass
class Shown:
    """One message of the bot's as it stands on a phone now."""

    name: str
    account: int
    outgoing: Outgoing

    @property
    def text(self) -> str:
        return self.outgoing.text

    @property
    def number(self) -> int:
        return int(self.name.rpartition("/")[2])

    def data(self, label: str) -> str:
        """What the button carries whose label begins so."""
        found = [data for line in self.outgoing.buttons for text, data in line if text.startswith(label)]
        assert found, f"no button {label!r} among {self.labels}"
        return found[0]

    @property
    def labels(self) -> list[str]:
        return [text for line in self.outgoing.buttons for text, _ in line]


@dataclass
class Phones:
    """What the staff's bot wrote, message by message, each as it was last rewritten."""

    shown: dict[str, Shown] = field(default_factory=dict)
    repeats: bool = True

    def send(self, outgoing: Outgoing) -> Sent:
        assert all(len(data.encode()) <= 64 for line in outgoing.buttons for _, data in line)
        name = outgoing.edits or f"{BOT}/{outgoing.recipient}/{len(self.shown) + 9000}"
        self.shown[name] = Shown(name=name, account=int(outgoing.recipient), outgoing=outgoing)
        return Sent(external_id=name)

    def find(self, outgoing: Outgoing) -> Sent | None:
        return None

    def close(self) -> None:
        pass

    def of(self, account: int) -> list[Shown]:
        return [one for one in self.shown.values() if one.account == account]


@dataclass
class Customers:
    """What customers got; or what goes wrong."""

    took: list[Outgoing] = field(default_factory=list)
    trouble: Exception | None = None
    repeats: bool = False

    def send(self, outgoing: Outgoing) -> Sent:
        if self.trouble is not None:
            raise self.trouble
        self.took.append(outgoing)
        return Sent(external_id=f"7000/{outgoing.recipient}/{len(self.took) + 500}")

    def find(self, outgoing: Outgoing) -> Sent | None:
        return None

    def close(self) -> None:
        pass


@dataclass
class AnsweringHouse(StaffHouse):
    """Ana and Luis are linked; Eva writes in the customers' chat."""

    settings: dict[str, str] = field(
        default_factory=lambda: STAFF | {"more": STAFF["more"] + CUSTOMERS, "members": '"ana"'}
    )
    said: dict[bytes, Message] = field(default_factory=dict)
    phones: Phones = field(default_factory=Phones)
    customers: Customers = field(default_factory=Customers)
    _items: Any = field(default_factory=lambda: itertools.count(1))

    def apply(self, **settings: str) -> None:
        super().apply(**settings)
        by_channel = dict(self.router.readers.by_channel) | {"chat": lambda raw: self.said[raw]}
        readers = Readers(by_channel, self.router.readers.trials)
        self.router = Router(store=self.store, house=self.router.house, readers=readers, clock=lambda: self.now)
        self.delivery = Deliverer(
            store=self.store,
            senders={STAFF_TELEGRAM: lambda: self.phones, "chat": lambda: self.customers},
            still_wanted=lambda connection, row: (
                still_theirs(connection, row) or still_allowed(connection, self.router.house, row)
            ),
            failed=lambda connection, row, journal: tell_of_failure(connection, self.router.house, row, journal),
            sent=lambda connection, row, journal: note_reply_sent(connection, self.router.house, row, journal),
            tell_trouble=lambda *_: None,
            clock=lambda: self.now,
        )

    def customer(self, text: str, *, user: str = EVA, name: str = "Eva") -> InboxState | None:
        """A customer writes in the chat, and it is routed at once."""
        number = next(self._items)
        raw = f"item {number}".encode()
        self.said[raw] = chat(text, user=user, name=name)
        item = RawItem(key=str(number), raw=raw, received_at=self.now, size=len(raw))
        batch = Batch(source="chat", items=[item], checkpoint={"last": number})
        (row_id,) = commit_batch(self.store, "chat", batch, lease=None, now=self.now)
        return route_item(self.router, row_id)

    def deliver(self, **later: float) -> None:
        """After so much time (a second), what is due goes out; and what that causes."""
        self.later(**(later or {"seconds": 1}))
        while self.delivery.deliver_due():
            pass

    def notice(self, account: int = ANA) -> Shown:
        """The newest message with a case's buttons on somebody's phone."""
        return [one for one in self.phones.of(account) if " · " in one.text.splitlines()[0]][-1]

    def last(self, account: int = ANA) -> Shown:
        """The newest message on somebody's phone, once what is due has gone out."""
        self.deliver()
        return self.phones.of(account)[-1]

    def reply(self, under: Shown, text: str, *, user: int = ANA, **more: Any) -> InboxState | None:
        """Somebody answers a message of the bot's."""
        answered = {"message_id": under.number, "date": 1, "chat": {"id": user, "type": "private"}}
        return self.say(user, text, reply_to_message=answered, **more)

    def press(self, under: Shown, label: str, *, user: int = ANA) -> InboxState | None:
        """Somebody presses the button under a message whose label begins so."""
        return self.push(user, under.data(label), number=under.number)

    def push(self, user: int, data: str, *, number: int = 1) -> InboxState | None:
        """A press with this data reaches the bot, whoever made it up."""
        who = {"id": user, "is_bot": False, "first_name": "Alguien"}
        under = {"message_id": number, "date": 1, "chat": {"id": user, "type": "private"}}
        pressed = {"id": f"p{number}", "from": who, "message": under, "chat_instance": "1", "data": data}
        return route_item(self.router, self.bring({"callback_query": pressed}))

    @property
    def case(self) -> sa.Row[Any]:
        """The newest case."""
        return self.rows(conversations)[-1]

    def replies(self) -> Sequence[sa.Row[Any]]:
        return self.rows(outbox, lambda t: t.c.kind == OutboxKind.REPLY)

    def answers(self) -> list[str]:
        """What was written to customers, sent or not."""
        return [row.text for row in self.rows(messages, lambda t: (t.c.direction == "out") & t.c.agent.is_not(None))]

    def got(self) -> list[str]:
        """What customers have got."""
        return [one.text for one in self.customers.took]


def answering_house(store: Store, folder: Path) -> AnsweringHouse:
    """The house with both linked; its duty person has nobody's phone."""
    house = AnsweringHouse(store, folder)
    journal = Journal(now=house.now, actor="test")
    with store.write() as connection:
        for agent, account in (("ana", ANA), ("luis", LUIS)):
            link_telegram(connection, agent, str(account), how="invitation", journal=journal)
        journal.flush(connection)
    return house


def asked_house(store: Store, folder: Path) -> AnsweringHouse:
    """The same after Eva has asked a question: Ana's phone shows the notice."""
    house = answering_house(store, folder)
    house.customer("¿Cuándo llega mi pedido?")
    house.deliver()
    return house


def edit(house: AnsweringHouse, number: int, text: str) -> None:
    """Ana edits what she wrote."""
    who = {"id": ANA, "is_bot": False, "first_name": "Ana"}
    said = {"message_id": number, "date": 1, "edit_date": 2, "chat": {"id": ANA, "type": "private"}, "from": who}
    assert route_item(house.router, house.bring({"edited_message": said | {"text": text}})) is InboxState.ROUTED
