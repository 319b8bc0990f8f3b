"""Knows how a rule is written: what it looks at and what it decides; applying rules is the router's."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from config.base import Settings
from config.plain import expecting, plain_error, shown
from config.values import Flag, OneOrMore, Pattern, SpokenLanguage, Text
from ventanilla.words import Kind, Priority

Words = Annotated[tuple[Text, ...], OneOrMore]
Languages = Annotated[tuple[SpokenLanguage, ...], OneOrMore]


def _plain_number(value: object) -> object:
    """A Telegram id may stand without quotes."""
    return str(value) if type(value) is int else value


def _address(text: str) -> str:
    """As addresses are kept: lower-case mail, a phone number without what people put between its digits."""
    text = text.strip().lower()
    return re.sub(r"[\s().-]", "", text) if re.fullmatch(r"\+[\d*\s().-]+", text) else text


def _domain(text: str) -> str:
    domain = text.strip().lower().removeprefix("@")
    if "@" in domain or not domain:
        raise plain_error(f'expected a domain such as "example.com", got {shown(text)}; `sender` takes whole addresses')
    return domain


SenderPattern = Annotated[
    Text,
    AfterValidator(_address),
    BeforeValidator(_plain_number),
    expecting('an address, a phone number, a Telegram id or a pattern such as "*@example.com" or "+34*"'),
]
DomainPattern = Annotated[Text, AfterValidator(_domain)]


class When(Settings):
    """What a rule looks at; all that is named must hold, of a list any one."""

    channel: Words = ()
    sender: Annotated[tuple[SenderPattern, ...], OneOrMore] = ()
    domain: Annotated[tuple[DomainPattern, ...], OneOrMore] = ()
    subject: Pattern | None = None
    text: Pattern | None = None
    language: Languages = ()
    tag: Words = ()
    kind: Annotated[tuple[Kind, ...], OneOrMore] = ()
    open_hours: Flag | None = None


class Then(Settings):
    """What a rule decides; `agent` names a person (an account manager)."""

    team: Text | None = None
    agent: Text | None = None
    kind: Kind | None = None
    skills: Words = ()
    languages: Languages = ()
    priority: Priority | None = None
    promise: Text | None = None
    tags: Words = ()

    def decided(self) -> dict[str, str | tuple[str, ...]]:
        """What it decides, by its field; a list without anything in it decides nothing."""
        return {name: value for name in Then.model_fields if (value := getattr(self, name))}


class Rule(Settings):
    """[[rules]], top to bottom; the first that matches decides each field."""

    when: When = Field(default=When())
    then: Then = Field(description='what it decides, such as then = { team = "atencion" }')
