"""Knows which texts to customers an admin may word otherwise, by channel and language, and what may be filled in."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

from config.base import Settings
from config.plain import nearest, plain_error
from config.values import Flag, Text

__all__ = ["NAMES", "Announce", "OwnText", "OwnTexts"]

NAMES = ("agent", "date", "expectation", "greeting", "house", "key", "name", "opening", "subject", "text", "time")
"""What stands in braces in a text and is filled in."""


def _fillable(text: str) -> str:
    try:
        names = [name for _, name, _, _ in Formatter().parse(text) if name is not None]
    except ValueError:
        raise plain_error("a brace stands alone: write {{ or }} for one that is to be read") from None
    for name in names:
        if name not in NAMES:
            raise plain_error(f"nothing is known to fill in for {{{name}}}{nearest(name, NAMES)}")
    return text


FillableText = Annotated[Text, AfterValidator(_fillable)]


class OwnText(Settings):
    """One text, such as `{ subject = "…", body = "…" }`; a plain string is the body. Chats and SMS have no subject."""

    subject: FillableText | None = None
    body: FillableText


def _body(value: Any) -> Any:
    return {"body": value} if isinstance(value, str) else value


Worded = Annotated[OwnText, BeforeValidator(_body)]


class OwnTexts(Settings):
    """[channels.NAME.texts.LANGUAGE]. What is not here is said in our own words."""

    acknowledgement: Worded | None = None
    out_of_hours: Worded | None = None
    needs_information: Worded | None = None
    resolved: Worded | None = None
    reopened: Worded | None = None
    delay: Worded | None = None


class Announce(Settings):
    """[channels.NAME.announce]. What a customer is told by itself as their case goes on; nothing, unless the file says so."""

    resolved: Flag = False
    reopened: Flag = False
    delay: Flag = False
