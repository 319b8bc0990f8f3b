"""Knows the settings of teams and agents: who is there, who holds what nobody can take, what each can do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from config.base import Settings
from config.durations import Duration, PositiveDuration
from config.values import Capacity, Day, MailAddress, SpokenLanguage, TelegramId, Text, Unique
from ventanilla.words import Role


def _without_password(target: str) -> str:
    scheme, separator, _ = target.partition("://")
    return f"{scheme}://***" if separator else target


# "telegram", "email" or an Apprise address, which carries its password and so is never shown whole.
NoticeTarget = Annotated[Text, PlainSerializer(_without_password, return_type=str)]


class TeamSettings(Settings):
    """[teams.NAME]. `duty` holds what nobody else can take: the first present; nobody present: the first, silently."""

    members: Annotated[tuple[Text, ...], Unique] = ()
    duty: Annotated[tuple[Text, ...], Unique] = ()
    strategy: Literal["balanced", "round_robin", "longest_idle"] = "balanced"
    accept_within: Annotated[
        PositiveDuration | None, BeforeValidator(lambda value: None if value == "off" else value)
    ] = None
    away_grace: Duration = timedelta(minutes=15)
    reopen_within: Duration = timedelta(days=14)


class AgentSettings(Settings):
    """[agents.NAME]. Without `calendar` a person is on duty always; without `name` they are called by their key."""

    name: str = ""
    email: MailAddress | None = None
    telegram: TelegramId | None = None
    capacity: Capacity = 8
    languages: tuple[SpokenLanguage, ...] = ()
    skills: tuple[Text, ...] = ()
    calendar: Text | None = None
    notify: tuple[NoticeTarget, ...] = Field(default=("telegram", "email"), repr=False)
    role: Role = Role.AGENT
    left: Day | None = None

    def is_here(self, on: date) -> bool:
        """Whether the person still belongs to the house on a day; from `left` on they do not."""
        return self.left is None or on < self.left
