"""Turns one update into a `Message`: who wrote it, what it answers, whether anybody wrote it at all. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connectors.telegram_chat.fields import Json, moment, needed, number, table, text
from connectors.telegram_chat.identity import external_id
from connectors.telegram_chat.reading.content import content_kinds, name_of, quoted_of, words_of
from connectors.telegram_chat.reading.files import files_of
from connectors.telegram_chat.reading.kinds import SERVICE
from connectors.telegram_chat.updates import MESSAGES
from ventanilla.channel import Message, Party, Screening
from ventanilla.errors import BadMessage
from ventanilla.phones import e164
from ventanilla.words import AddressKind, Verdict

MEDIUM = "telegram"
_START = re.compile(r"/start(?:@\w+)?(?:\s|\Z)", re.ASCII)
_NOBODY = Party(address="", kind=AddressKind.TELEGRAM)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatContext:
    """Whose updates these are. `language` is that of the words for what is no text. `staff`: the staff's bot, where a command or
    a pressed button is something to act upon."""

    bot: str
    language: str = "es"
    staff: bool = False


def read_update(raw: bytes, *, context: ChatContext) -> Message:
    """The message in an update; the same bytes give the same message. Raises BadMessage for what cannot be read."""
    try:
        update = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadMessage("not JSON") from None
    if not isinstance(update, dict):
        raise BadMessage("not an update: no object")
    for kind in MESSAGES:
        message = table(update, kind)
        if message is not None:
            return _written(message, kind, context)
    return _happened(update, context)


def _written(message: Json, kind: str, context: ChatContext) -> Message:
    chat = table(message, "chat") or {}
    ours = _Ours(context=context, chat=needed(number(chat, "id"), "chat.id"))
    author = _party(table(message, "from"))
    screening = _screened(message, kind, text(chat, "type"), context)
    files = list(files_of(message))
    said = words_of(message, files, language=context.language)
    quoted = quoted_of(message)
    this = ours.name(message)
    return Message(
        author=author,
        customer=author,
        external_id=this,
        text=f"{quoted}\n\n{said}" if quoted else said,
        reply_text=said,
        in_reply_to=ours.answered(message),
        sent_at=moment(message, "edit_date") or moment(message, "date"),
        screening=screening,
        account=context.bot,
        conversational=True,
        medium=MEDIUM,
        files=() if screening.verdict is Verdict.SERVICE else tuple(files),
        edits=this if kind.startswith("edited_") else None,
        shared=_shared(message),
        language=_language(table(message, "from")),
        album=text(message, "media_group_id")[:64],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ours:
    """Names of messages in one chat of this bot's."""

    context: ChatContext
    chat: int

    def name(self, message: Json) -> str:
        return external_id(self.context.bot, self.chat, needed(number(message, "message_id"), "message_id"))

    def answered(self, message: Json) -> Sequence[str]:
        answered = table(message, "reply_to_message")
        return () if answered is None else (self.name(answered),)


def _screened(message: Json, kind: str, chat_type: str, context: ChatContext) -> Screening:
    """Whether somebody wrote it to us alone."""
    sender = table(message, "from")
    reason = ""
    if chat_type != "private":
        reason = f"chat:{_code(chat_type)}"
    elif sender is None:
        reason = "no_sender"
    elif sender.get("is_bot"):
        reason = "bot"
    else:
        kinds = content_kinds(message)
        place = table(message, "location")
        if kinds & SERVICE:
            reason = f"service:{min(kinds & SERVICE)}"
        elif kind == "edited_message" and place is not None and "live_period" in place:
            reason = "live_location"
    if reason:
        return Screening(verdict=Verdict.SERVICE, reason=reason)
    if not context.staff and kind == "message" and _START.match(text(message, "text")):
        return Screening(verdict=Verdict.GREETING, reason="start")
    return Screening()


def _happened(update: Json, context: ChatContext) -> Message:
    """An update that is no message: a button, somebody who blocked the bot, whatever Telegram invents."""
    button = table(update, "callback_query")
    if button is not None:
        return _pressed(button, context)
    member = table(update, "my_chat_member")
    if member is not None:
        return _moved(member, context)
    kinds = sorted(key for key in update if key != "update_id")
    if not kinds or number(update, "update_id") is None:
        raise BadMessage("not an update: nothing in it that Telegram documents")
    return _service(_NOBODY, f"update:{_code(kinds[0])}", context)


def _pressed(button: Json, context: ChatContext) -> Message:
    sender = table(button, "from")
    author = _party(sender)
    under = table(button, "message")
    chat = (table(under, "chat") or {}) if under is not None else {}
    if not context.staff or under is None or text(chat, "type") not in ("private", ""):
        return _service(author, "button", context)
    ours = _Ours(context=context, chat=needed(number(chat, "id"), "chat.id"))
    said = f"button:{text(button, 'data')}"
    return Message(
        author=author,
        customer=author,
        external_id=f"{context.bot}/callback/{_code(text(button, 'id'))}",
        text=said,
        reply_text=said,
        in_reply_to=(ours.name(under),),
        account=context.bot,
        conversational=True,
        medium=MEDIUM,
        language=_language(sender),
    )


def _moved(member: Json, context: ChatContext) -> Message:
    """Somebody blocked the bot, let it in again, or took it into a group."""
    chat = table(member, "chat") or {}
    status = text(table(member, "new_chat_member") or {}, "status")
    reason = f"chat:{_code(text(chat, 'type'))}"
    if text(chat, "type") == "private":
        reason = {"kicked": "blocked_bot", "member": "unblocked_bot"}.get(status, f"member:{_code(status)}")
    return _service(_party(table(member, "from")), reason, context, sent=member)


def _service(author: Party, reason: str, context: ChatContext, *, sent: Json | None = None) -> Message:
    return Message(
        author=author,
        customer=author,
        screening=Screening(verdict=Verdict.SERVICE, reason=reason),
        sent_at=None if sent is None else moment(sent, "date"),
        account=context.bot,
        conversational=True,
        medium=MEDIUM,
    )


def _party(sender: Json | None) -> Party:
    if sender is None:
        return _NOBODY
    address = str(needed(number(sender, "id"), "from.id"))
    return Party(address=address, name=name_of(sender), kind=AddressKind.TELEGRAM)


def _shared(message: Json) -> Sequence[Party]:
    """The sender's own phone number, where Telegram says that it is theirs: the contact's user is the sender."""
    contact, sender = table(message, "contact"), table(message, "from")
    if contact is None or sender is None:
        return ()
    owner = number(contact, "user_id")
    if owner is None or owner != number(sender, "id"):
        return ()
    written = text(contact, "phone_number").strip()
    phone = e164(written if written.startswith("+") else f"+{written}")
    return () if phone is None else (Party(address=phone, name=name_of(sender), kind=AddressKind.PHONE),)


def _language(sender: Json | None) -> str | None:
    """Two letters out of "es" or "pt-br"; None where their program does not say."""
    code = text(sender or {}, "language_code").replace("_", "-").partition("-")[0].lower()
    return code if len(code) == 2 and code.isascii() and code.isalpha() else None


def _code(value: Any) -> str:
    """A word of Telegram's as it may stand in a reason."""
    return re.sub(r"[^A-Za-z0-9_-]", "", str(value))[:40] or "unknown"
