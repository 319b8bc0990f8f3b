"""One thing that somebody of the house asks of the staff's bot, with what it takes to answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from router.house import House
from router.staff_words import command_list, command_word, say
from ventanilla.clocks.due import spoken
from ventanilla.store.events import Journal


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks (a row of `agents`), in which language to answer, and what stood behind the command."""

    connection: sa.Connection
    house: House
    journal: Journal
    agent: sa.Row[Any]
    language: str
    argument: str = ""

    @property
    def now(self) -> datetime:
        return self.journal.now

    @property
    def name(self) -> str:
        return str(self.agent.display_name)

    @property
    def commands(self) -> str:
        return command_list(self.language)

    def say(self, code: str, **values: str) -> str:
        """One saying in their language."""
        return say(self.language, code, **values)

    def word(self, code: str) -> str:
        """How a command is written in their language."""
        return command_word(self.language, code)

    def when(self, moment: datetime) -> str:
        """A moment as one would say it to them, on the house's clock."""
        return spoken(moment, self.house.zone(), self.language, now=self.now)
