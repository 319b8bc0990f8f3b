"""The Bot API's methods on what the server keeps: what a bot may ask, and what it is told when it may not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from demo.telegram_server import settings
from demo.telegram_server.bots import Bot, Chat, Json, file_entry, photo_sizes, without_nothing
from demo.telegram_server.errors import ApiError, bad_request, too_many
from demo.telegram_server.parsing import Call, Upload, shown_text

LONGEST_TEXT, LONGEST_CAPTION = 4096, 1024
EVERY_SO_MANY = 25
"""How many calls that send something go well before one is told to wait."""
_FILES = {"Voice": "voice", "Audio": "music", "Document": "documents", "Video": "videos", "Photo": "photos"}


def call(bot: Bot, method: str, given: Call, *, now: int) -> Any:
    """What the method returns, for all but getUpdates, which waits. Raises ApiError."""
    name = method.lower()
    if name.startswith(("send", "edit")) and name != "sendchataction":
        bot.tally["sends"] += 1
        if bot.tally["sends"] % EVERY_SO_MANY == 0:
            raise too_many(1)
    if name in _SENDS:
        return _send_file(bot, _SENDS[name], given, now)
    if name not in _METHODS:
        raise ApiError(404, "Not Found: method not found")
    return _METHODS[name](bot, given, now)


def _get_me(bot: Bot, given: Call, now: int) -> Json:
    return {
        **bot.user,
        "can_join_groups": False,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def _get_file(bot: Bot, given: Call, now: int) -> Json:
    return bot.file(given.text("file_id")).document()


def _get_chat(bot: Bot, given: Call, now: int) -> Json:
    return bot.chat(given.values.get("chat_id")).document


def _chat_action(bot: Bot, given: Call, now: int) -> bool:
    _writable(bot, given)
    return True


def _send_message(bot: Bot, given: Call, now: int) -> Json:
    chat = _writable(bot, given)
    return _say(bot, chat, {"text": _text(given, "text", LONGEST_TEXT)}, given, now)


def _send_file(bot: Bot, kind: str, given: Call, now: int) -> Json:
    chat, field = _writable(bot, given), kind.lower()
    caption = _text(given, "caption", LONGEST_CAPTION) if given.text("caption") else None
    upload = given.upload(field)
    if upload is None:
        raise bad_request(f"there is no {field} in the request")
    content = {**without_nothing(caption=caption), field: _entry(bot, kind, given, upload)}
    return _say(bot, chat, content, given, now)


def _entry(bot: Bot, kind: str, given: Call, upload: Upload) -> Any:
    suffix = f".{upload.filename.rpartition('.')[2]}" if "." in upload.filename else ""
    if kind == "Photo":
        return photo_sizes(bot, upload.content, suffix=suffix, width=320, height=240)
    file = bot.keep(upload.content, folder=_FILES[kind], suffix=suffix)
    times = {"duration": given.number("duration")} if kind in ("Voice", "Audio", "Video") else {}
    name = None if kind == "Voice" else upload.filename
    return file_entry(file, file_name=name, mime_type=upload.content_type, **times)


_SENDS = {f"send{kind.lower()}": kind for kind in _FILES}


def _edit_text(bot: Bot, given: Call, now: int) -> Json:
    chat = _writable(bot, given)
    before = _own_message(bot, chat, given)
    if "text" not in before:
        raise bad_request("there is no text in the message to edit")
    return _rewrite(chat, before, "text", _text(given, "text", LONGEST_TEXT), given, now)


def _edit_caption(bot: Bot, given: Call, now: int) -> Json:
    chat = _writable(bot, given)
    before = _own_message(bot, chat, given)
    if "text" in before:
        raise bad_request("there is no caption in the message to edit")
    return _rewrite(chat, before, "caption", _text(given, "caption", LONGEST_CAPTION), given, now)


def _own_message(bot: Bot, chat: Chat, given: Call) -> Json:
    before = chat.messages.get(given.number("message_id"))
    if before is None or before["from"]["id"] != bot.id:
        raise bad_request("message to edit not found")
    return before


def _rewrite(chat: Chat, before: Json, name: str, text: str, given: Call, now: int) -> Json:
    """Another text or caption in the same message. Raises ApiError where nothing would change."""
    markup = given.document("reply_markup")
    if text == before.get(name) and markup == before.get("reply_markup"):
        raise bad_request(
            "message is not modified: specified new message content and reply markup are exactly the same as a current "
            "content and reply markup of the message"
        )
    kept = {each: value for each, value in before.items() if each != "reply_markup"}
    after = {**kept, name: text, "edit_date": now, **without_nothing(reply_markup=markup)}
    chat.messages[before["message_id"]] = after
    return after


def _delete(bot: Bot, given: Call, now: int) -> bool:
    if bot.chat(given.values.get("chat_id")).messages.pop(given.number("message_id"), None) is None:
        raise bad_request("message to delete not found")
    return True


def _answered(bot: Bot, given: Call, now: int) -> bool:
    if not given.text("callback_query_id"):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return True


_METHODS: dict[str, Callable[[Bot, Call, int], Any]] = {
    "getme": _get_me,
    "getfile": _get_file,
    "getchat": _get_chat,
    "sendchataction": _chat_action,
    "sendmessage": _send_message,
    "editmessagetext": _edit_text,
    "editmessagecaption": _edit_caption,
    "deletemessage": _delete,
    "setwebhook": settings.set_webhook,
    "deletewebhook": settings.delete_webhook,
    "getwebhookinfo": settings.webhook_info,
    "setmycommands": settings.set_commands,
    "getmycommands": settings.get_commands,
    "deletemycommands": settings.delete_commands,
    "answercallbackquery": _answered,
}


def _writable(bot: Bot, given: Call) -> Chat:
    chat = bot.chat(given.values.get("chat_id"))
    if chat.is_blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    return chat


def _text(given: Call, name: str, longest: int) -> str:
    text = shown_text(given.text(name), given.text("parse_mode")).strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > longest:
        raise bad_request("message is too long" if name == "text" else "message caption is too long")
    return text


def _say(bot: Bot, chat: Chat, content: Json, given: Call, now: int) -> Json:
    answered = given.document("reply_parameters") or {}
    number = answered.get("message_id") or given.number("reply_to_message_id")
    if number and int(number) not in chat.messages and not answered.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    message = {"message_id": bot.next_message_id(), "from": bot.user, "chat": chat.document, "date": now, **content}
    markup = given.document("reply_markup")
    if markup:
        message["reply_markup"] = markup
    if number and int(number) in chat.messages:
        message["reply_to_message"] = {**chat.messages[int(number)]}
        message["reply_to_message"].pop("reply_to_message", None)
    chat.messages[message["message_id"]] = message
    return dict(json.loads(json.dumps(message)))
