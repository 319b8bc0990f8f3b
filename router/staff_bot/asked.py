"""One thing that somebody of the house asks of the staff's bot, with what it takes to answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.moves.base import SUPERVISING, Move, begin
from router.moves.refusals import Refused
from router.staff_bot.buttons import Board
from router.staff_bot.words import SAYINGS, command_list, command_word, say
from router.texts import spoken_language
from ventanilla.channel import Message
from ventanilla.clocks.due import spoken
from ventanilla.store.events import Journal
from ventanilla.store.tables import contacts
from ventanilla.words import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the bot answers. `about` is the case it speaks of and `seen` the newest message that its reader knows by then: who
    answers this answers there. `extra` goes into the payload as it is; `occasion` names the row where it is to be found again."""

    text: str
    buttons: Board = ()
    about: int | None = None
    seen: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    occasion: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks (a row of `agents`), in which language to answer, what stood behind the command, and the message itself, which is
    the row `inbox_id` of the ledger."""

    connection: sa.Connection
    house: House
    journal: Journal
    agent: sa.Row[Any]
    language: str
    message: Message
    inbox_id: int
    asked_at: datetime
    argument: str = ""

    @property
    def now(self) -> datetime:
        return self.journal.now

    @property
    def name(self) -> str:
        return str(self.agent.display_name)

    @property
    def account(self) -> str:
        return self.message.author.address

    @property
    def commands(self) -> str:
        return command_list(self.language)

    @property
    def supervises(self) -> bool:
        """Whether they may act on everybody's cases."""
        settings = self.house.config.agents.get(self.agent.name)
        return settings is not None and settings.role in SUPERVISING

    @contextmanager
    def acting(self) -> Iterator[Move]:
        """A move of theirs, whole or not at all: what a refusal in its middle leaves behind is undone."""
        with self.connection.begin_nested():
            move = begin(self.connection, self.house, self.agent.name, Side.TELEGRAM, now=self.now)
            yield move
            move.journal.flush(self.connection)

    def say(self, code: str, **values: str) -> str:
        """One saying in their language."""
        return say(self.language, code, **values)

    def word(self, code: str) -> str:
        """How a command is written in their language."""
        return command_word(self.language, code)

    def when(self, moment: datetime) -> str:
        """A moment as one would say it to them, on the house's clock."""
        return spoken(moment, self.house.zone(), self.language, now=self.now)

    def called(self, agent: str) -> str:
        """One of us by the name that people know; what is nobody's name stands for itself."""
        settings = self.house.config.agents.get(agent)
        return settings.name if settings and settings.name else agent

    def customer(self, case: sa.Row[Any]) -> str:
        """The customer of a case: their name, else their address."""
        name = self.connection.scalar(sa.select(contacts.c.name).where(contacts.c.id == case.contact_id))
        return str(name or case.address or case.key)

    def refused(self, refused: Refused) -> str:
        """Why something cannot be, in their language; in English where there are no words for it yet."""
        code = f"refused_{refused.code}"
        if code not in SAYINGS[spoken_language(self.language)]:
            return str(refused)
        values = dict(refused.values)
        values |= {role: self.called(values[role]) for role in ("agent", "owner") if role in values}
        if "state" in values:
            values["state"] = self.say(f"state_{values['state']}")
        return self.say(code, **values)
