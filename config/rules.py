"""Knows how a rule is written: what it looks at and what it decides; applying rules is the router's."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from config.base import Settings
from config.values import Flag, OneOrMore, Pattern, SpokenLanguage, Text
from ventanilla.words import Kind, Priority

Words = Annotated[tuple[Text, ...], OneOrMore]


class When(Settings):
    """What a rule looks at; all that is named must hold, of a list any one."""

    channel: Words = ()
    sender: Words = ()
    domain: Words = ()
    subject: Pattern | None = None
    text: Pattern | None = None
    language: Annotated[tuple[SpokenLanguage, ...], OneOrMore] = ()
    tag: Words = ()
    kind: Annotated[tuple[Kind, ...], OneOrMore] = ()
    open_hours: Flag | None = None


class Then(Settings):
    """What a rule decides; `agent` names a person (an account manager)."""

    team: Text | None = None
    agent: Text | None = None
    kind: Kind | None = None
    skills: tuple[Text, ...] = ()
    priority: Priority | None = None
    promise: Text | None = None
    tags: tuple[Text, ...] = ()


class Rule(Settings):
    """[[rules]], top to bottom; the first that matches decides each field."""

    when: When = Field(default=When())
    then: Then = Field(description='what it decides, such as then = { team = "atencion" }')
