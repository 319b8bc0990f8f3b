"""The house of the router's tests with a bot for its staff, and what people write to that bot as Telegram would bring it."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from connectors.telegram_chat.reading.update import ChatContext, read_update
from router.reading import Readers
from router.service import Router, route_item
from tests.router.house_for_tests import House
from ventanilla.channel import Batch, RawItem
from ventanilla.store.events import Journal
from ventanilla.store.inbox import commit_batch
from ventanilla.store.invitations import invite
from ventanilla.store.tables import agents, outbox
from ventanilla.words import STAFF_BOT, STAFF_TELEGRAM, InboxState, OutboxKind

BOT = "42"
TOKEN = "42:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
ANA, LUIS, MARTA, STRANGER = 1001, 1002, 1003, 6666
STAFF = {"notify": '"telegram", "email"', "more": f'[staff.telegram]\ntoken = "{TOKEN}"\n'}


@dataclass
class StaffHouse(House):
    """A house whose people may be reached by Telegram."""

    settings: dict[str, str] = field(default_factory=lambda: dict(STAFF))
    _updates: Any = field(default_factory=lambda: itertools.count(1))

    def apply(self, **settings: str) -> None:
        super().apply(**settings)
        by_channel = dict(self.router.readers.by_channel)
        context = ChatContext(bot=BOT, language="es", staff=True)
        by_channel[STAFF_BOT] = lambda raw: read_update(raw, context=context)
        readers = Readers(by_channel, self.router.readers.trials)
        self.router = Router(store=self.store, house=self.router.house, readers=readers, clock=lambda: self.now)

    def bring(self, update: dict[str, Any]) -> int:
        """An update of the staff's bot into the ledger; return its row's id."""
        number = next(self._updates)
        item = RawItem(
            key=f"update/{number}", raw=json.dumps({"update_id": number, **update}).encode(), received_at=self.now
        )
        batch = Batch(source=f"telegram:{BOT}", items=[item], checkpoint={"offset": number})
        (row_id,) = commit_batch(self.store, STAFF_BOT, batch, lease=None, now=self.now)
        return row_id

    def say(self, user: int, text: str, **more: Any) -> InboxState | None:
        """Somebody writes to the staff's bot, and it is routed at once."""
        number = next(self._updates)
        sender = {"id": user, "is_bot": False, "first_name": "Alguien", **more.pop("sender", {})}
        message = {
            "message_id": number,
            "date": int(self.now.timestamp()),
            "chat": {"id": user, "type": "private"},
            "from": sender,
            "text": text,
            **more,
        }
        return route_item(self.router, self.bring({"message": message}))

    def happens(self, user: int, status: str) -> InboxState | None:
        """Somebody blocks the bot (`kicked`) or lets it in again (`member`)."""
        who = {"id": user, "is_bot": False, "first_name": "Alguien"}
        member = {"chat": {"id": user, "type": "private"}, "from": who, "date": int(self.now.timestamp())}
        member["new_chat_member"] = {"user": {"id": int(BOT), "is_bot": True}, "status": status}
        return route_item(self.router, self.bring({"my_chat_member": member}))

    def invite(self, agent: str) -> str:
        """The token of a new invitation."""
        journal = Journal(now=self.now, actor="test")
        with self.store.write() as connection:
            token = invite(connection, agent, "telegram", journal=journal).token
            journal.flush(connection)
        return token

    def link(self, agent: str, user: int) -> None:
        """As if they had opened their invitation."""
        assert self.say(user, f"/start {self.invite(agent)}") is InboxState.ROUTED

    def told(self, user: int) -> list[str]:
        """What the bot has to say to an account, oldest first: answers, not notices."""
        rows = self.rows(outbox, lambda t: (t.c.recipient == str(user)) & (t.c.kind == OutboxKind.SERVICE))
        assert {row.via for row in rows} <= {STAFF_TELEGRAM}
        return [row.payload["text"] for row in rows]

    def agent(self, name: str) -> sa.Row[Any]:
        (row,) = self.rows(agents, lambda t: t.c.name == name)
        return row
