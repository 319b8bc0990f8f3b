"""The text of a message: what was written, and words for what is no text. Knows no files and no people.

Source: https://core.telegram.org/bots/api#message
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.reading.characters import clean_line, clean_text
from connectors.telegram_chat.fields import Json, decimal, number, table, tables, text
from connectors.telegram_chat.reading.files import LARGEST
from connectors.telegram_chat.reading.kinds import FILES, FRAME, SERVICE
from connectors.telegram_chat.reading.phrases import phrase
from ventanilla.channel import RemoteFile

_LINE = 300


def words_of(message: Json, files: list[RemoteFile], *, language: str) -> str:
    """All that can be read of it, without what it quotes; one thing below the other."""
    said = clean_text(text(message, "text") or text(message, "caption"))
    parts = [*_origin(message, language), said, *_things(message, language), *_too_large(files, language)]
    return "\n".join(part for part in parts if part)


def quoted_of(message: Json) -> str:
    """The part of an earlier message that they chose to quote, marked as quoted; empty where they chose none."""
    quote = table(message, "quote")
    if quote is None:
        return ""
    return "\n".join(f"> {line}" for line in clean_text(text(quote, "text")).split("\n"))


def content_kinds(message: Json) -> frozenset[str]:
    """The names of what the message brings beside text."""
    return frozenset(key for key, value in message.items() if value is not None and key not in FRAME)


def _origin(message: Json, language: str) -> Iterator[str]:
    origin = table(message, "forward_origin")
    if origin is None:
        return
    who = table(origin, "sender_user") or table(origin, "sender_chat") or table(origin, "chat") or {"first_name": "?"}
    name = text(origin, "sender_user_name") or name_of(who)
    yield phrase(language, "forwarded", name=clean_line(name, limit=_LINE) or "?")


def name_of(who: Json) -> str:
    """A person's or a chat's name as shown, one line; their @name where they have no other."""
    full = f"{text(who, 'first_name')} {text(who, 'last_name')}".strip() or text(who, "title")
    nick = text(who, "username")
    return clean_line(full, limit=_LINE) or (f"@{clean_line(nick, limit=_LINE)}" if nick else "")


def _things(message: Json, language: str) -> Iterator[str]:
    kinds = content_kinds(message)
    for kind, tell in _TELLERS.items():
        thing = table(message, kind) if kind in kinds else None
        if thing is not None and not (kind == "location" and "venue" in kinds):
            yield tell(thing, language)
    strange = kinds - _TELLERS.keys() - FILES - SERVICE
    if strange and not (kinds & (_TELLERS.keys() | FILES)) and not text(message, "text"):
        yield phrase(language, "unknown", kind=clean_line(", ".join(sorted(strange)), limit=_LINE))


def _location(place: Json, language: str) -> str:
    where = f"{decimal(place, 'latitude'):.6f},{decimal(place, 'longitude'):.6f}"
    return f"{phrase(language, 'location')}: https://maps.google.com/?q={where}"


def _venue(venue: Json, language: str) -> str:
    told = [clean_line(text(venue, key), limit=_LINE) for key in ("title", "address")]
    place = table(venue, "location")
    return "\n".join([*filter(None, told), *([_location(place, language)] if place is not None else [])])


def _contact(contact: Json, language: str) -> str:
    told = [name_of(contact), clean_line(text(contact, "phone_number"), limit=_LINE)]
    return f"{phrase(language, 'contact')}: {', '.join(filter(None, told))}"


def _poll(poll: Json, language: str) -> str:
    options = [f"- {clean_line(text(option, 'text'), limit=_LINE)}" for option in tables(poll, "options")]
    return "\n".join([f"{phrase(language, 'poll')}: {clean_line(text(poll, 'question'), limit=_LINE)}", *options])


def _dice(dice: Json, language: str) -> str:
    return f"{clean_line(text(dice, 'emoji'), limit=_LINE)} {number(dice, 'value')}"


def _sticker(sticker: Json, language: str) -> str:
    return clean_line(text(sticker, "emoji"), limit=_LINE) or f"[{phrase(language, 'sticker')}]"


_TELLERS: dict[str, Callable[[Json, str], str]] = {
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "sticker": _sticker,
}


def _too_large(files: list[RemoteFile], language: str) -> Iterator[str]:
    for file in files:
        if file.size is not None and file.size > LARGEST:
            yield phrase(language, "too_large", file=file.filename, size=round(file.size / 1024 / 1024))
