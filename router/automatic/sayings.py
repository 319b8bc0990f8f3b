"""What a customer is told, in the house's own words where the file has some for that channel and language, else in ours. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from config.texts import NAMES, OwnText
from router.house import House
from router.texts import ANNOUNCEMENTS, phrase, spoken_language
from ventanilla.clocks.due import spoken

_HOLDS_URL = re.compile(r"(?i)://|\bwww\.|[\w-]\.[a-z]{2,}(?:[/?:]|\s|$)")
"""A name that says where to go is no name: we greet nobody with a link."""
_MAIL = "{greeting}\n\n{said}\n\n{house}\n"


def own_text(house: House, channel: str, language: str, saying: str) -> OwnText | None:
    """The house's own words for it; None where the file has none."""
    settings = house.config.channels.get(channel)
    texts = settings.texts.get(spoken_language(language)) if settings else None
    found: OwnText | None = getattr(texts, saying, None)
    return found


def say_to_customer(
    house: House, case: Any, saying: str, *, name: str = "", now: datetime, in_chat: bool, **more: str
) -> tuple[str, str]:
    """Subject and body of one saying about a case, in its language; in a chat the subject is nothing."""
    values = facts(house, case, name=name, now=now) | more
    own = own_text(house, case.channel, case.language, saying)
    subject = f"Re: {values['subject']} [{case.key}]"
    if own is not None:
        return ("" if in_chat else filled(own.subject or subject, values)), filled(own.body, values)
    said = ANNOUNCEMENTS[spoken_language(case.language)][saying].format_map(values)
    if in_chat:
        return "", f"{said}\n{values['house']}"
    return subject, _MAIL.format(greeting=values["greeting"], said=said, house=values["house"])


def facts(house: House, case: Any, *, name: str, now: datetime) -> dict[str, str]:
    """What may be filled in, of a case at a moment; the rest is empty."""
    language = spoken_language(case.language)
    name = "" if _HOLDS_URL.search(name) else name
    when = spoken(case.due_at, house.zone(), language, now=now) if case.due_at else ""
    return dict.fromkeys(NAMES, "") | {
        "greeting": phrase(language, "greeting", name=name) if name else phrase(language, "greeting_nobody"),
        "name": name,
        "key": case.key,
        "subject": (getattr(case, "subject", "") or phrase(language, "no_subject")).removeprefix("Re: "),
        "expectation": phrase(language, "answer_by", when=when) if when else phrase(language, "answer_soon"),
        "opening": next_opening(house, case, now=now),
        "house": house.config.service.name,
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text of the house's own with its names filled in; what is not known here stays empty."""
    return text.format_map({**dict.fromkeys(NAMES, ""), **values})


def next_opening(house: House, case: Any, *, now: datetime) -> str:
    """When the promise's calendar opens next, in words; nothing while it is open, or where there is none."""
    promise = house.promise_of(case).settings
    calendar = house.calendar(promise.calendar) if promise and promise.calendar else None
    if calendar is None or calendar.is_open(now):
        return ""
    opens = calendar.next_opening(now)
    return spoken(opens, house.zone(), spoken_language(case.language), now=now) if opens else ""


def closed_note(house: House, case: Any, *, now: datetime) -> str:
    """That nobody is there just now, and from when on again; nothing during hours, or where the house words all of it."""
    opening = next_opening(house, case, now=now)
    if not opening or own_text(house, case.channel, case.language, "out_of_hours") is not None:
        return ""
    return ANNOUNCEMENTS[spoken_language(case.language)]["out_of_hours"].format(opening=opening)
